"""Logging in and out."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from esxvirt.sim.calls import CURRENT
from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.wire.values import Data, Fault

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.sessions import Session

__all__ = ["SessionManager"]


class SessionManager(ManagedObject):
    """The sessions of an endpoint."""

    __slots__ = ()

    wsdl = "SessionManager"

    def _describe(self, session: "Session") -> Data:
        return Data(
            "UserSession",
            key=session.key,
            userName=session.username,
            fullName=session.username.partition("@")[0].capitalize(),
            loginTime=session.login_time,
            lastActiveTime=datetime.now(UTC),
            locale=session.locale,
            messageLocale="en",
            extensionSession=False,
            ipAddress=session.address,
            userAgent=session.agent,
            callCount=session.call_count,
        )

    @provides("sessionList")
    def _get_session_list(self) -> list[Data]:
        return [self._describe(session) for session in self.endpoint.sessions]

    @provides("currentSession")
    def _get_current_session(self) -> Data | None:
        call = CURRENT.get()
        return self._describe(call.session) if call and call.session else None

    @provides("supportedLocaleList", "messageLocaleList")
    def _get_locales(self) -> list[str]:
        return ["en"]

    @provides("defaultLocale")
    def _get_default_locale(self) -> str:
        return "en"

    def Login(self, call: "Call", userName: str, password: str, locale: str | None = None) -> Data:
        """Open a session; the fault is ``InvalidLogin``, also where a session is open already."""
        if call.session is not None:
            raise Fault("InvalidLogin", "Cannot complete login: the session is already authenticated.")
        account = self.endpoint.access.authenticate(userName, password)
        events = self.endpoint.site.events
        if account is None:
            text = f"Cannot login {userName}@{call.peer.address}"
            where = {"ipAddress": call.peer.address}
            events.add("BadUsernameSessionEvent", text, userName, category="error", host=self.endpoint.host, more=where)
            raise Fault("InvalidLogin", "Cannot complete login due to an incorrect user name or password.")
        session = self.endpoint.sessions.open(account.username, locale or "en", call.peer.address, call.peer.agent)
        call.session = session
        text = f"User {account.username}@{call.peer.address} logged in as {call.peer.agent}"
        more = {"ipAddress": session.address, "userAgent": session.agent, "locale": session.locale,
                "sessionId": session.key}  # fmt: skip
        events.add("UserLoginSessionEvent", text, account.username, host=self.endpoint.host, more=more)
        return self._describe(session)

    def AcquireCloneTicket(self, call: "Call") -> str:
        """Return a ticket that is good for one session more for the same account, without its password."""
        if call.session is None:
            raise Fault("NotAuthenticated", object=self.ref, privilegeId="System.View")
        return self.endpoint.sessions.ticket(call.session)

    def CloneSession(self, call: "Call", cloneTicket: str) -> Data:
        """Open a session with a ticket; the fault is ``InvalidLogin`` where it is good for nothing."""
        source = self.endpoint.sessions.redeem(cloneTicket) if call.session is None else None
        if source is None:
            raise Fault("InvalidLogin", "Cannot complete login: the ticket is not valid.")
        call.session = self.endpoint.sessions.open(source.username, source.locale, call.peer.address, call.peer.agent)
        return self._describe(call.session)

    def Logout(self, call: "Call") -> None:
        """Close the caller's session."""
        session = call.session
        if session is not None:
            self.endpoint.sessions.close(session)
            text = f"User {session.username}@{session.address} logged out"
            more = {"ipAddress": session.address, "userAgent": session.agent, "callCount": session.call_count,
                    "sessionId": session.key, "loginTime": session.login_time}  # fmt: skip
            events = self.endpoint.site.events
            events.add("UserLogoutSessionEvent", text, session.username, host=self.endpoint.host, more=more)

    def SessionIsActive(self, call: "Call", sessionID: str, userName: str) -> bool:
        """Tell whether a session is alive; the method's privilege is an administrator's."""
        del call
        session = self.endpoint.sessions.by_key(sessionID)
        return session is not None and session.username == userName

    def TerminateSession(self, call: "Call", sessionId: list[str]) -> None:
        """Close sessions of others."""
        for key in sessionId:
            session = self.endpoint.sessions.by_key(key)
            if session is None:
                raise Fault("NotFound", f"There is no session {key}.")
            if call.session is session:
                raise Fault("InvalidArgument", "A session cannot terminate itself.", invalidProperty="sessionId")
            self.endpoint.sessions.close(session)

    def SetLocale(self, call: "Call", locale: str) -> None:
        """Set the session's locale."""
        if call.session is not None:
            call.session.locale = locale

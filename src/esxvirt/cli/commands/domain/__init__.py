"""Commands on a domain: virsh's group 'domain'."""

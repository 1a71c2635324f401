"""What libvirt-python's classes offer, method by method: the one table of it.

A line has the method with its parameters, the C function that libvirt names in errors, and ``!`` if libvirt refuses it
on a read-only connection. A class's own module has bodies for the methods that the driver supports; all others raise
VIR_ERR_NO_SUPPORT with that function's name (`esxvirt.libvirt._methods`). Names and flags are libvirt 11.3.0's.
"""

__all__ = ["INSTEAD", "SURFACE"]

_NO_CORE = "VMware writes no core of a guest; a snapshot with its memory holds what there is to look at"

INSTEAD: dict[str, str] = {
    "virDomainBlockPeek": "VMware shows nothing of a disk that a domain has; read its volume (virStorageVolDownload)",
    "virDomainCoreDump": _NO_CORE,
    "virDomainCoreDumpWithFormat": _NO_CORE,
}
"""What VMware has instead of a function that the driver has not, where that is worth a word in the error."""

SURFACE: dict[str, str] = {
    "virConnect": """
    allocPages(pages, startCell=0, cellCount=0, flags=0) virNodeAllocPages !
    baselineCPU(xmlCPUs, flags=0) virConnectBaselineCPU
    baselineHypervisorCPU(emulator, arch, machine, virttype, xmlCPUs, flags=0) virConnectBaselineHypervisorCPU !
    changeBegin(flags=0) virInterfaceChangeBegin !
    changeCommit(flags=0) virInterfaceChangeCommit !
    changeRollback(flags=0) virInterfaceChangeRollback !
    close() virConnectClose
    compareCPU(xmlDesc, flags=0) virConnectCompareCPU
    compareHypervisorCPU(emulator, arch, machine, virttype, xmlCPU, flags=0) virConnectCompareHypervisorCPU !
    createLinux(xmlDesc, flags=0) virDomainCreateXML !
    createXML(xmlDesc, flags=0) virDomainCreateXML !
    createXMLWithFiles(xmlDesc, files, flags=0) virDomainCreateXMLWithFiles !
    defineXML(xml) virDomainDefineXML !
    defineXMLFlags(xml, flags=0) virDomainDefineXMLFlags !
    domainEventDeregister(cb) virConnectDomainEventDeregister
    domainEventDeregisterAny(callbackID) virConnectDomainEventDeregisterAny
    domainEventRegister(cb, opaque) virConnectDomainEventRegister
    domainEventRegisterAny(dom, eventID, cb, opaque) virConnectDomainEventRegisterAny
    domainListGetStats(doms, stats=0, flags=0) virDomainListGetStats
    domainXMLFromNative(nativeFormat, nativeConfig, flags=0) virConnectDomainXMLFromNative !
    domainXMLToNative(nativeFormat, domainXml, flags=0) virConnectDomainXMLToNative !
    findStoragePoolSources(type, srcSpec, flags=0) virConnectFindStoragePoolSources !
    getAllDomainStats(stats=0, flags=0) virConnectGetAllDomainStats
    getCapabilities() virConnectGetCapabilities
    getCellsFreeMemory(startCell, maxCells) virNodeGetCellsFreeMemory
    getCPUMap(flags=0) virNodeGetCPUMap
    getCPUModelNames(arch, flags=0) virConnectGetCPUModelNames
    getCPUStats(cpuNum, flags=0) virNodeGetCPUStats
    getDomainCapabilities(emulatorbin=None, arch=None, machine=None, virttype=None, flags=0) \
        virConnectGetDomainCapabilities !
    getFreeMemory() virNodeGetFreeMemory
    getFreePages(pages, startCell, maxCells, flags=0) virNodeGetFreePages
    getHostname() virConnectGetHostname
    getInfo() virNodeGetInfo
    getLibVersion() virConnectGetLibVersion
    getMaxVcpus(type) virConnectGetMaxVcpus
    getMemoryParameters(flags=0) virNodeGetMemoryParameters
    getMemoryStats(cellNum, flags=0) virNodeGetMemoryStats
    getSecurityModel() virNodeGetSecurityModel
    getSEVInfo(flags=0) virNodeGetSEVInfo !
    getStoragePoolCapabilities(flags=0) virConnectGetStoragePoolCapabilities
    getSysinfo(flags=0) virConnectGetSysinfo
    getType() virConnectGetType
    getURI() virConnectGetURI
    getVersion() virConnectGetVersion
    interfaceDefineXML(xml, flags=0) virInterfaceDefineXML !
    interfaceLookupByMACString(macstr) virInterfaceLookupByMACString
    interfaceLookupByName(name) virInterfaceLookupByName
    isAlive() virConnectIsAlive
    isEncrypted() virConnectIsEncrypted
    isSecure() virConnectIsSecure
    listAllDevices(flags=0) virConnectListAllNodeDevices
    listAllDomains(flags=0) virConnectListAllDomains
    listAllInterfaces(flags=0) virConnectListAllInterfaces
    listAllNetworks(flags=0) virConnectListAllNetworks
    listAllNWFilterBindings(flags=0) virConnectListAllNWFilterBindings
    listAllNWFilters(flags=0) virConnectListAllNWFilters
    listAllSecrets(flags=0) virConnectListAllSecrets
    listAllStoragePools(flags=0) virConnectListAllStoragePools
    listDefinedDomains() virConnectListDefinedDomains
    listDefinedInterfaces() virConnectListDefinedInterfaces
    listDefinedNetworks() virConnectListDefinedNetworks
    listDefinedStoragePools() virConnectListDefinedStoragePools
    listDevices(cap, flags=0) virNodeNumOfDevices
    listDomainsID() virConnectListDomainsID
    listInterfaces() virConnectListInterfaces
    listNetworks() virConnectListNetworks
    listNWFilters() virConnectNumOfNWFilters
    listSecrets() virConnectNumOfSecrets
    listStoragePools() virConnectListStoragePools
    lookupByID(id) virDomainLookupByID
    lookupByName(name) virDomainLookupByName
    lookupByUUID(uuid) virDomainLookupByUUID
    lookupByUUIDString(uuidstr) virDomainLookupByUUIDString
    networkCreateXML(xmlDesc) virNetworkCreateXML !
    networkCreateXMLFlags(xmlDesc, flags=0) virNetworkCreateXMLFlags !
    networkDefineXML(xml) virNetworkDefineXML !
    networkDefineXMLFlags(xml, flags=0) virNetworkDefineXMLFlags !
    networkEventDeregisterAny(callbackID) virConnectNetworkEventDeregisterAny
    networkEventRegisterAny(net, eventID, cb, opaque) virConnectNetworkEventRegisterAny
    networkLookupByName(name) virNetworkLookupByName
    networkLookupByUUID(uuid) virNetworkLookupByUUID
    networkLookupByUUIDString(uuidstr) virNetworkLookupByUUIDString
    newStream(flags=0) virStreamNew
    nodeDeviceCreateXML(xmlDesc, flags=0) virNodeDeviceCreateXML !
    nodeDeviceDefineXML(xmlDesc, flags=0) virNodeDeviceDefineXML !
    nodeDeviceEventDeregisterAny(callbackID) virConnectNodeDeviceEventDeregisterAny
    nodeDeviceEventRegisterAny(dev, eventID, cb, opaque) virConnectNodeDeviceEventRegisterAny
    nodeDeviceLookupByName(name) virNodeDeviceLookupByName
    nodeDeviceLookupSCSIHostByWWN(wwnn, wwpn, flags=0) virNodeDeviceLookupSCSIHostByWWN
    numOfDefinedDomains() virConnectNumOfDefinedDomains
    numOfDefinedInterfaces() virConnectNumOfDefinedInterfaces
    numOfDefinedNetworks() virConnectNumOfDefinedNetworks
    numOfDefinedStoragePools() virConnectNumOfDefinedStoragePools
    numOfDevices(cap, flags=0) virNodeNumOfDevices
    numOfDomains() virConnectNumOfDomains
    numOfInterfaces() virConnectNumOfInterfaces
    numOfNetworks() virConnectNumOfNetworks
    numOfNWFilters() virConnectNumOfNWFilters
    numOfSecrets() virConnectNumOfSecrets
    numOfStoragePools() virConnectNumOfStoragePools
    nwfilterBindingCreateXML(xml, flags=0) virNWFilterBindingCreateXML !
    nwfilterBindingLookupByPortDev(portdev) virNWFilterBindingLookupByPortDev
    nwfilterDefineXML(xmlDesc) virNWFilterDefineXML !
    nwfilterDefineXMLFlags(xmlDesc, flags=0) virNWFilterDefineXMLFlags !
    nwfilterLookupByName(name) virNWFilterLookupByName
    nwfilterLookupByUUID(uuid) virNWFilterLookupByUUID
    nwfilterLookupByUUIDString(uuidstr) virNWFilterLookupByUUID
    registerCloseCallback(cb, opaque) virConnectRegisterCloseCallback
    restore(frm) virDomainRestore !
    restoreFlags(frm, dxml=None, flags=0) virDomainRestoreFlags !
    restoreParams(params, flags=0) virDomainRestoreParams !
    saveImageDefineXML(file, dxml, flags=0) virDomainSaveImageDefineXML !
    saveImageGetXMLDesc(file, flags=0) virDomainSaveImageGetXMLDesc !
    secretDefineXML(xml, flags=0) virSecretDefineXML !
    secretEventDeregisterAny(callbackID) virConnectSecretEventDeregisterAny
    secretEventRegisterAny(secret, eventID, cb, opaque) virConnectSecretEventRegisterAny
    secretLookupByUsage(usageType, usageID) virSecretLookupByUsage
    secretLookupByUUID(uuid) virSecretLookupByUUID
    secretLookupByUUIDString(uuidstr) virSecretLookupByUUID
    setIdentity(params, flags=0) virConnectSetIdentity
    setKeepAlive(interval, count) virConnectSetKeepAlive
    setMemoryParameters(params, flags=0) virNodeSetMemoryParameters !
    storagePoolCreateXML(xmlDesc, flags=0) virStoragePoolCreateXML !
    storagePoolDefineXML(xml, flags=0) virStoragePoolDefineXML !
    storagePoolEventDeregisterAny(callbackID) virConnectStoragePoolEventDeregisterAny
    storagePoolEventRegisterAny(pool, eventID, cb, opaque) virConnectStoragePoolEventRegisterAny
    storagePoolLookupByName(name) virStoragePoolLookupByName
    storagePoolLookupByTargetPath(path) virStoragePoolLookupByTargetPath
    storagePoolLookupByUUID(uuid) virStoragePoolLookupByUUID
    storagePoolLookupByUUIDString(uuidstr) virStoragePoolLookupByUUIDString
    storageVolLookupByKey(key) virStorageVolLookupByKey
    storageVolLookupByPath(path) virStorageVolLookupByPath
    suspendForDuration(target, duration, flags=0) virNodeSuspendForDuration !
    unregisterCloseCallback() virConnectUnregisterCloseCallback
    """,
    "virDomain": """
    abortJob() virDomainAbortJob !
    abortJobFlags(flags=0) virDomainAbortJobFlags !
    addIOThread(iothread_id, flags=0) virDomainAddIOThread !
    agentSetResponseTimeout(timeout, flags=0) virDomainAgentSetResponseTimeout !
    attachDevice(xml) virDomainAttachDevice !
    attachDeviceFlags(xml, flags=0) virDomainAttachDeviceFlags !
    authorizedSSHKeysGet(user, flags=0) virDomainAuthorizedSSHKeysGet !
    authorizedSSHKeysSet(user, keys=None, flags=0) virDomainAuthorizedSSHKeysSet !
    autostart() virDomainGetAutostart
    autostartOnce() virDomainGetAutostartOnce
    backupBegin(backupXML, checkpointXML, flags=0) virDomainBackupBegin !
    backupGetXMLDesc(flags=0) virDomainBackupGetXMLDesc
    blkioParameters(flags=0) virDomainGetBlkioParameters
    blockCommit(disk, base, top, bandwidth=0, flags=0) virDomainBlockCommit !
    blockCopy(disk, destxml, params=None, flags=0) virDomainBlockCopy !
    blockInfo(path, flags=0) virDomainGetBlockInfo
    blockIoTune(disk, flags=0) virDomainGetBlockIoTune
    blockJobAbort(disk, flags=0) virDomainBlockJobAbort !
    blockJobInfo(path, flags=0) virDomainGetBlockJobInfo
    blockJobSetSpeed(disk, bandwidth, flags=0) virDomainBlockJobSetSpeed !
    blockPeek(disk, offset, size, flags=0) virDomainBlockPeek !
    blockPull(disk, bandwidth=0, flags=0) virDomainBlockPull !
    blockRebase(disk, base, bandwidth=0, flags=0) virDomainBlockRebase !
    blockResize(disk, size, flags=0) virDomainBlockResize !
    blockStats(path) virDomainBlockStats
    blockStatsFlags(path, flags=0) virDomainBlockStatsFlags
    checkpointCreateXML(xmlDesc, flags=0) virDomainCheckpointCreateXML !
    checkpointLookupByName(name, flags=0) virDomainCheckpointLookupByName
    controlInfo(flags=0) virDomainGetControlInfo
    coreDump(to, flags=0) virDomainCoreDump !
    coreDumpWithFormat(to, dumpformat, flags=0) virDomainCoreDumpWithFormat !
    create() virDomainCreate !
    createWithFiles(files, flags=0) virDomainCreateWithFiles !
    createWithFlags(flags=0) virDomainCreateWithFlags !
    delIOThread(iothread_id, flags=0) virDomainDelIOThread !
    delThrottleGroup(group, flags=0) virDomainDelThrottleGroup
    destroy() virDomainDestroy !
    destroyFlags(flags=0) virDomainDestroyFlags !
    detachDevice(xml) virDomainDetachDevice !
    detachDeviceAlias(alias, flags=0) virDomainDetachDeviceAlias !
    detachDeviceFlags(xml, flags=0) virDomainDetachDeviceFlags !
    diskErrors(flags=0) virDomainGetDiskErrors
    emulatorPinInfo(flags=0) virNodeGetCPUMap
    FDAssociate(name, files, flags=0) virDomainFDAssociate !
    fsFreeze(mountpoints=None, flags=0) virDomainFSFreeze !
    fsInfo(flags=0) virDomainGetFSInfo !
    fsThaw(mountpoints=None, flags=0) virDomainFSThaw !
    fSTrim(mountPoint, minimum, flags=0) virDomainFSTrim !
    getCPUStats(total, flags=0) virDomainGetCPUStats
    getTime(flags=0) virDomainGetTime !
    graphicsReload(type, flags=0) virDomainGraphicsReload !
    guestInfo(types=0, flags=0) virDomainGetGuestInfo !
    guestVcpus(flags=0) virDomainGetGuestVcpus
    hasCurrentSnapshot(flags=0) virDomainHasCurrentSnapshot
    hasManagedSaveImage(flags=0) virDomainHasManagedSaveImage
    hostname(flags=0) virDomainGetHostname !
    ID() virDomainGetID
    info() virDomainGetInfo
    injectNMI(flags=0) virDomainInjectNMI !
    interfaceAddresses(source, flags=0) virDomainInterfaceAddresses
    interfaceParameters(device, flags=0) virDomainGetInterfaceParameters
    interfaceStats(path) virDomainInterfaceStats
    ioThreadInfo(flags=0) virNodeGetCPUMap
    isActive() virDomainIsActive
    isPersistent() virDomainIsPersistent
    isUpdated() virDomainIsUpdated
    jobInfo() virDomainGetJobInfo
    jobStats(flags=0) virDomainGetJobStats
    launchSecurityInfo(flags=0) virDomainGetLaunchSecurityInfo !
    listAllCheckpoints(flags=0) virDomainListAllCheckpoints
    listAllSnapshots(flags=0) virDomainListAllSnapshots
    managedSave(flags=0) virDomainManagedSave !
    managedSaveDefineXML(dxml, flags=0) virDomainManagedSaveDefineXML !
    managedSaveGetXMLDesc(flags=0) virDomainManagedSaveGetXMLDesc
    managedSaveRemove(flags=0) virDomainManagedSaveRemove !
    maxMemory() virDomainGetMaxMemory
    maxVcpus() virDomainGetMaxVcpus
    memoryParameters(flags=0) virDomainGetMemoryParameters
    memoryPeek(start, size, flags=0) virDomainMemoryPeek !
    memoryStats() virDomainMemoryStats
    messages(flags=0) virDomainGetMessages
    metadata(type, uri, flags=0) virDomainGetMetadata
    migrate(dconn, flags=0, dname=None, uri=None, bandwidth=0) virDomainMigrate !
    migrate2(dconn, dxml=None, flags=0, dname=None, uri=None, bandwidth=0) virDomainMigrate2 !
    migrate3(dconn, params, flags=0) virDomainMigrate3 !
    migrateGetCompressionCache(flags=0) virDomainMigrateGetCompressionCache
    migrateGetMaxDowntime(flags=0) virDomainMigrateGetMaxDowntime
    migrateGetMaxSpeed(flags=0) virDomainMigrateGetMaxSpeed !
    migrateSetCompressionCache(cacheSize, flags=0) virDomainMigrateSetCompressionCache !
    migrateSetMaxDowntime(downtime, flags=0) virDomainMigrateSetMaxDowntime !
    migrateSetMaxSpeed(bandwidth, flags=0) virDomainMigrateSetMaxSpeed !
    migrateStartPostCopy(flags=0) virDomainMigrateStartPostCopy !
    migrateToURI(duri, flags=0, dname=None, bandwidth=0) virDomainMigrateToURI !
    migrateToURI2(dconnuri=None, miguri=None, dxml=None, flags=0, dname=None, bandwidth=0) virDomainMigrateToURI2 !
    migrateToURI3(dconnuri, params, flags=0) virDomainMigrateToURI3 !
    name() virDomainGetName
    numaParameters(flags=0) virDomainGetNumaParameters
    openChannel(name, st, flags=0) virDomainOpenChannel !
    openConsole(dev_name, st, flags=0) virDomainOpenConsole !
    openGraphics(idx, fd, flags=0) virDomainOpenGraphics !
    openGraphicsFD(idx, flags=0) virDomainOpenGraphicsFD !
    OSType() virDomainGetOSType
    perfEvents(flags=0) virDomainGetPerfEvents
    pinEmulator(cpumap, flags=0) virNodeGetCPUMap
    pinIOThread(iothread_val, cpumap, flags=0) virNodeGetCPUMap
    pinVcpu(vcpu, cpumap) virNodeGetCPUMap
    pinVcpuFlags(vcpu, cpumap, flags=0) virNodeGetCPUMap
    pMSuspendForDuration(target, duration, flags=0) virDomainPMSuspendForDuration !
    pMWakeup(flags=0) virDomainPMWakeup !
    reboot(flags=0) virDomainReboot !
    rename(new_name, flags=0) virDomainRename !
    reset(flags=0) virDomainReset !
    resume() virDomainResume !
    revertToSnapshot(snap, flags=0) virDomainRevertToSnapshot !
    save(to) virDomainSave !
    saveFlags(to, dxml=None, flags=0) virDomainSaveFlags !
    saveParams(params, flags=0) virDomainSaveParams !
    schedulerParameters() virDomainGetSchedulerParameters
    schedulerParametersFlags(flags=0) virDomainGetSchedulerParametersFlags
    schedulerType() virDomainGetSchedulerType
    screenshot(stream, screen, flags=0) virDomainScreenshot !
    securityLabel() virDomainGetSecurityLabel
    securityLabelList() virDomainGetSecurityLabelList
    sendKey(codeset, holdtime, keycodes, nkeycodes, flags=0) virDomainSendKey !
    sendProcessSignal(pid_value, signum, flags=0) virDomainSendProcessSignal !
    setAutostart(autostart) virDomainSetAutostart !
    setAutostartOnce(autostart) virDomainSetAutostartOnce !
    setBlkioParameters(params, flags=0) virDomainSetBlkioParameters !
    setBlockIoTune(disk, params, flags=0) virDomainSetBlockIoTune !
    setBlockThreshold(dev, threshold, flags=0) virDomainSetBlockThreshold !
    setGuestVcpus(cpumap, state, flags=0) virDomainSetGuestVcpus !
    setInterfaceParameters(device, params, flags=0) virDomainSetInterfaceParameters !
    setIOThreadParams(iothread_val, params, flags=0) virDomainSetIOThreadParams !
    setLaunchSecurityState(params, flags=0) virDomainSetLaunchSecurityState !
    setLifecycleAction(type, action, flags=0) virDomainSetLifecycleAction !
    setMaxMemory(memory) virDomainSetMaxMemory !
    setMemory(memory) virDomainSetMemory !
    setMemoryFlags(memory, flags=0) virDomainSetMemoryFlags !
    setMemoryParameters(params, flags=0) virDomainSetMemoryParameters !
    setMemoryStatsPeriod(period, flags=0) virDomainSetMemoryStatsPeriod !
    setMetadata(type, metadata, key, uri, flags=0) virDomainSetMetadata !
    setNumaParameters(params, flags=0) virDomainSetNumaParameters !
    setPerfEvents(params, flags=0) virDomainSetPerfEvents !
    setSchedulerParameters(params) virDomainSetSchedulerParameters !
    setSchedulerParametersFlags(params, flags=0) virDomainSetSchedulerParametersFlags !
    setThrottleGroup(group, params, flags=0) virDomainSetThrottleGroup !
    setTime(time=None, flags=0) virDomainSetTime !
    setUserPassword(user, password, flags=0) virDomainSetUserPassword !
    setVcpu(vcpumap, state, flags=0) virDomainSetVcpu !
    setVcpus(nvcpus) virDomainSetVcpus !
    setVcpusFlags(nvcpus, flags=0) virDomainSetVcpusFlags !
    shutdown() virDomainShutdown !
    shutdownFlags(flags=0) virDomainShutdownFlags !
    snapshotCreateXML(xmlDesc, flags=0) virDomainSnapshotCreateXML !
    snapshotCurrent(flags=0) virDomainSnapshotCurrent
    snapshotListNames(flags=0) virDomainSnapshotListNames
    snapshotLookupByName(name, flags=0) virDomainSnapshotLookupByName
    snapshotNum(flags=0) virDomainSnapshotNum
    startDirtyRateCalc(seconds, flags=0) virDomainStartDirtyRateCalc !
    state(flags=0) virDomainGetState
    suspend() virDomainSuspend !
    undefine() virDomainUndefine !
    undefineFlags(flags=0) virDomainUndefineFlags !
    updateDeviceFlags(xml, flags=0) virDomainUpdateDeviceFlags !
    UUID() virDomainGetUUID
    UUIDString() virDomainGetUUIDString
    vcpuPinInfo(flags=0) virNodeGetCPUMap
    vcpus() virNodeGetCPUMap
    vcpusFlags(flags=0) virDomainGetVcpusFlags
    XMLDesc(flags=0) virDomainGetXMLDesc
    """,
    "virDomainSnapshot": """
    delete(flags=0) virDomainSnapshotDelete !
    getName() virDomainSnapshotGetName
    getParent(flags=0) virDomainSnapshotGetParent
    getXMLDesc(flags=0) virDomainSnapshotGetXMLDesc
    hasMetadata(flags=0) virDomainSnapshotHasMetadata
    isCurrent(flags=0) virDomainSnapshotIsCurrent
    listAllChildren(flags=0) virDomainSnapshotListAllChildren
    listChildrenNames(flags=0) virDomainSnapshotListChildrenNames
    numChildren(flags=0) virDomainSnapshotNumChildren
    """,
    "virDomainCheckpoint": """
    delete(flags=0) virDomainCheckpointDelete !
    getName() virDomainCheckpointGetName
    getParent(flags=0) virDomainCheckpointGetParent
    getXMLDesc(flags=0) virDomainCheckpointGetXMLDesc
    listAllChildren(flags=0) virDomainCheckpointListAllChildren
    """,
    "virNetwork": """
    autostart() virNetworkGetAutostart
    bridgeName() virNetworkGetBridgeName
    create() virNetworkCreate !
    destroy() virNetworkDestroy !
    DHCPLeases(mac=None, flags=0) virNetworkGetDHCPLeases
    isActive() virNetworkIsActive
    isPersistent() virNetworkIsPersistent
    listAllPorts(flags=0) virNetworkListAllPorts
    metadata(type, uri, flags=0) virNetworkGetMetadata
    name() virNetworkGetName
    portCreateXML(xmldesc, flags=0) virNetworkPortCreateXML !
    portLookupByUUID(uuid) virNetworkPortLookupByUUID
    portLookupByUUIDString(uuidstr) virNetworkPortLookupByUUID
    setAutostart(autostart) virNetworkSetAutostart !
    setMetadata(type, metadata, key, uri, flags=0) virNetworkSetMetadata !
    undefine() virNetworkUndefine !
    update(command, section, parentIndex, xml, flags=0) virNetworkUpdate !
    UUID() virNetworkGetUUID
    UUIDString() virNetworkGetUUIDString
    XMLDesc(flags=0) virNetworkGetXMLDesc
    """,
    "virNetworkPort": """
    delete(flags=0) virNetworkPortDelete !
    parameters(flags=0) virNetworkPortGetParameters
    setParameters(params, flags=0) virNetworkPortSetParameters !
    UUID() virNetworkPortGetUUID
    UUIDString() virNetworkPortGetUUIDString
    XMLDesc(flags=0) virNetworkPortGetXMLDesc
    """,
    "virInterface": """
    create(flags=0) virInterfaceCreate !
    destroy(flags=0) virInterfaceDestroy !
    isActive() virInterfaceIsActive
    MACString() virInterfaceGetMACString
    name() virInterfaceGetName
    undefine() virInterfaceUndefine !
    XMLDesc(flags=0) virInterfaceGetXMLDesc
    """,
    "virStoragePool": """
    autostart() virStoragePoolGetAutostart
    build(flags=0) virStoragePoolBuild !
    create(flags=0) virStoragePoolCreate !
    createXML(xmlDesc, flags=0) virStorageVolCreateXML !
    createXMLFrom(xmlDesc, clonevol, flags=0) virStorageVolCreateXMLFrom !
    delete(flags=0) virStoragePoolDelete !
    destroy() virStoragePoolDestroy !
    info() virStoragePoolGetInfo
    isActive() virStoragePoolIsActive
    isPersistent() virStoragePoolIsPersistent
    listAllVolumes(flags=0) virStoragePoolListAllVolumes
    listVolumes() virStoragePoolListVolumes
    name() virStoragePoolGetName
    numOfVolumes() virStoragePoolNumOfVolumes
    refresh(flags=0) virStoragePoolRefresh !
    setAutostart(autostart) virStoragePoolSetAutostart !
    storageVolLookupByName(name) virStorageVolLookupByName
    undefine() virStoragePoolUndefine !
    UUID() virStoragePoolGetUUID
    UUIDString() virStoragePoolGetUUIDString
    XMLDesc(flags=0) virStoragePoolGetXMLDesc
    """,
    "virStorageVol": """
    delete(flags=0) virStorageVolDelete !
    download(stream, offset, length, flags=0) virStorageVolDownload !
    info() virStorageVolGetInfo
    infoFlags(flags=0) virStorageVolGetInfoFlags
    key() virStorageVolGetKey
    name() virStorageVolGetName
    path() virStorageVolGetPath
    resize(capacity, flags=0) virStorageVolResize !
    storagePoolLookupByVolume() virStoragePoolLookupByVolume
    upload(stream, offset, length, flags=0) virStorageVolUpload !
    wipe(flags=0) virStorageVolWipe !
    wipePattern(algorithm, flags=0) virStorageVolWipePattern !
    XMLDesc(flags=0) virStorageVolGetXMLDesc
    """,
    "virStream": """
    abort() virStreamAbort
    eventAddCallback(events, cb, opaque) virStreamEventAddCallback
    eventRemoveCallback() virStreamEventRemoveCallback
    eventUpdateCallback(events) virStreamEventUpdateCallback
    finish() virStreamFinish
    recv(nbytes) virStreamRecv
    recvAll(handler, opaque) virStreamRecvAll
    recvFlags(nbytes, flags=0) virStreamRecvFlags
    recvHole(flags=0) virStreamRecvHole
    send(data) virStreamSend
    sendAll(handler, opaque) virStreamSendAll
    sendHole(length, flags=0) virStreamSendHole
    sparseRecvAll(handler, holeHandler, opaque) virStreamSparseRecvAll
    sparseSendAll(handler, holeHandler, skipHandler, opaque) virStreamSparseSendAll
    """,
    "virNodeDevice": """
    autostart() virNodeDeviceGetAutostart
    create(flags=0) virNodeDeviceCreate !
    destroy() virNodeDeviceDestroy !
    detachFlags(driverName, flags=0) virNodeDeviceDetachFlags !
    dettach() virNodeDeviceDettach !
    isActive() virNodeDeviceIsActive
    isPersistent() virNodeDeviceIsPersistent
    listCaps() virNodeDeviceListCaps
    name() virNodeDeviceGetName
    numOfCaps() virNodeDeviceNumOfCaps
    parent() virNodeDeviceGetParent
    reAttach() virNodeDeviceReAttach !
    reset() virNodeDeviceReset !
    setAutostart(autostart) virNodeDeviceSetAutostart !
    undefine(flags=0) virNodeDeviceUndefine !
    update(xmlDesc, flags=0) virNodeDeviceUpdate !
    XMLDesc(flags=0) virNodeDeviceGetXMLDesc
    """,
    "virSecret": """
    setValue(value, flags=0) virSecretSetValue !
    undefine() virSecretUndefine !
    usageID() virSecretGetUsageID
    usageType() virSecretGetUsageType
    UUID() virSecretGetUUID
    UUIDString() virSecretGetUUIDString
    value(flags=0) virSecretGetValue !
    XMLDesc(flags=0) virSecretGetXMLDesc
    """,
    "virNWFilter": """
    name() virNWFilterGetName
    undefine() virNWFilterUndefine !
    UUID() virNWFilterGetUUID
    UUIDString() virNWFilterGetUUIDString
    XMLDesc(flags=0) virNWFilterGetXMLDesc
    """,
    "virNWFilterBinding": """
    delete() virNWFilterBindingDelete !
    filterName() virNWFilterBindingGetFilterName
    portDev() virNWFilterBindingGetPortDev
    XMLDesc(flags=0) virNWFilterBindingGetXMLDesc
    """,
}

//! Figures that the simulation has no notion of: memory, disks, processors, transactions that never fail.
//!
//! They are constants and plausible for an idle node; nothing follows from them. They are here, in one table, so that
//! nobody takes them for results. Tools read them for their tables and print gaps without them.
//!
//! Invariant: no key of these is one that the simulation knows.

use super::site::Build;

/// The builds that have a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Builds {
    All,
    Before7,
    Since7,
    Since71,
}

impl Builds {
    fn contain(self, build: Build) -> bool {
        match self {
            Self::All => true,
            Self::Before7 => !build.since(7, 0),
            Self::Since7 => build.since(7, 0),
            Self::Since71 => build.since(7, 1),
        }
    }
}

/// A key, its value, and the builds that have it.
type Figure = (&'static str, &'static str, Builds);

use Builds::{All, Before7, Since7, Since71};

/// Of a node, in `statistics`.
const SERVICE: &[Figure] = &[
    ("failed_best_practices", "false", Since7),
    ("cluster_clock_skew_ms", "0", All),
    ("system_total_cpu_pct", "2", Since7),
    ("system_user_cpu_pct", "1", Since7),
    ("system_kernel_cpu_pct", "1", Since7),
    ("system_free_mem_kbytes", "12582912", Since7),
    ("system_free_mem_pct", "80", All),
    ("process_cpu_pct", "1", Since7),
    ("heap_allocated_kbytes", "1048576", All),
    ("heap_active_kbytes", "1056768", All),
    ("heap_mapped_kbytes", "1150976", All),
    ("heap_efficiency_pct", "99", All),
    ("heap_site_count", "0", All),
    ("info_queue", "0", All),
    ("rw_in_progress", "0", All),
    ("proxy_in_progress", "0", All),
    ("tree_gc_queue", "0", All),
    ("reaped_fds", "0", All),
    ("demarshal_error", "0", All),
    ("early_tsvc_client_error", "0", All),
    ("early_tsvc_from_proxy_error", "0", All),
    ("early_tsvc_batch_sub_error", "0", All),
    ("early_tsvc_from_proxy_batch_sub_error", "0", All),
    ("batch_index_error", "0", All),
    ("batch_index_timeout", "0", All),
];

/// Of a namespace, in `namespace/…` before its configuration.
const NAMESPACE: &[Figure] = &[
    ("clock_skew_stop_writes", "false", All),
    ("stop_writes", "false", All),
    ("hwm_breached", "false", All),
    ("expired_objects", "0", All),
    ("evicted_objects", "0", All),
    ("evict_ttl", "0", All),
    ("truncate_lut", "0", All),
    ("memory_free_pct", "99", Before7),
    ("device_free_pct", "99", Before7),
    ("device_available_pct", "99", Before7),
    ("device_total_bytes", "17179869184", Before7),
    ("data_total_bytes", "17179869184", Since7),
    ("data_used_pct", "0", Since7),
    ("data_avail_pct", "99", Since7),
    ("indexes_memory_used_pct", "0", Since71),
    ("cache_read_pct", "0", All),
    ("appeals_tx_active", "0", All),
    ("appeals_rx_active", "0", All),
    ("appeals_tx_remaining", "0", All),
    ("appeals_records_exonerated", "0", All),
    ("migrate_record_retransmits", "0", All),
    ("client_tsvc_error", "0", All),
    ("client_tsvc_timeout", "0", All),
    ("client_read_error", "0", All),
    ("client_read_timeout", "0", All),
    ("client_write_error", "0", All),
    ("client_write_timeout", "0", All),
    ("fail_xdr_forbidden", "0", All),
    ("fail_key_busy", "0", All),
    ("fail_record_too_big", "0", All),
];

/// The configuration of a node.
const SERVICE_CONFIG: &[Figure] = &[
    ("advertise-ipv6", "false", All),
    ("auto-pin", "none", All),
    ("enable-health-check", "false", All),
    ("feature-key-file", "/etc/aerospike/features.conf", All),
    ("info-threads", "16", All),
    ("log-local-time", "false", All),
    ("log-millis", "false", All),
    ("migrate-max-num-incoming", "4", All),
    ("proto-fd-idle-ms", "0", All),
    ("proto-fd-max", "15000", All),
    ("service-threads", "4", All),
    ("ticker-interval", "10", All),
    ("transaction-max-ms", "1000", All),
    ("transaction-retry-ms", "1002", All),
    ("work-directory", "/opt/aerospike", All),
];

/// The configuration of a node's network.
const NETWORK_CONFIG: &[Figure] = &[
    ("fabric.port", "3001", All),
    ("fabric.channel-bulk-fds", "2", All),
    ("fabric.channel-ctrl-fds", "1", All),
    ("fabric.channel-meta-fds", "1", All),
    ("fabric.channel-rw-fds", "8", All),
    ("heartbeat.mode", "mesh", All),
    ("heartbeat.port", "3002", All),
    ("heartbeat.protocol", "v3", All),
    ("heartbeat.mtu", "1500", All),
    ("info.port", "3003", All),
];

/// The configuration of a namespace.
const NAMESPACE_CONFIG: &[Figure] = &[
    ("conflict-resolution-policy", "generation", All),
    ("default-ttl", "0", All),
    ("disallow-null-setname", "false", All),
    ("memory-size", "4294967296", Before7),
    ("high-water-disk-pct", "0", Before7),
    ("high-water-memory-pct", "0", Before7),
    ("stop-writes-pct", "90", Before7),
    ("evict-sys-memory-pct", "0", Since7),
    ("stop-writes-sys-memory-pct", "90", Since7),
    ("evict-indexes-memory-pct", "0", Since71),
    ("indexes-memory-budget", "0", Since71),
    ("index-type", "shmem", All),
    ("sindex-type", "shmem", Since7),
    ("migrate-order", "5", All),
    ("migrate-retransmit-ms", "5000", All),
    ("migrate-sleep", "1", All),
    ("nsup-period", "0", All),
    ("partition-tree-sprigs", "256", All),
    ("read-consistency-level-override", "off", All),
    ("write-commit-level-override", "off", All),
    ("strong-consistency-allow-expunge", "false", All),
    ("storage-engine", "device", All),
    ("storage-engine.defrag-lwm-pct", "50", All),
    ("storage-engine.filesize", "0", All),
    ("storage-engine.flush-max-ms", "1000", All),
    ("storage-engine.min-avail-pct", "5", Before7),
    ("storage-engine.evict-used-pct", "0", Since7),
    ("storage-engine.stop-writes-avail-pct", "5", Since7),
    ("storage-engine.stop-writes-used-pct", "70", Since7),
];

/// What a table of figures is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Service,
    Namespace,
    ServiceConfig,
    NetworkConfig,
    NamespaceConfig,
}

impl About {
    fn table(self) -> &'static [Figure] {
        match self {
            Self::Service => SERVICE,
            Self::Namespace => NAMESPACE,
            Self::ServiceConfig => SERVICE_CONFIG,
            Self::NetworkConfig => NETWORK_CONFIG,
            Self::NamespaceConfig => NAMESPACE_CONFIG,
        }
    }

    /// The figures that a build has.
    pub fn figures(self, build: Build) -> impl Iterator<Item = (&'static str, &'static str)> {
        let table = self.table().iter().filter(move |(_, _, builds)| builds.contain(build));
        table.map(|(key, value, _)| (*key, *value))
    }
}

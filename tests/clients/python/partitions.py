"""Which partition a key belongs to, and which partitions a node serves, as the nodes tell it themselves."""

import aerospike

PARTITIONS = 4096


def partition_of(key):
    """The partition of a key: 12 bits of its digest."""
    namespace, set_name, user_key = key
    digest = aerospike.calc_digest(namespace, set_name, user_key)
    return int.from_bytes(digest[:2], "little") % PARTITIONS


def owners(client, namespace="main"):
    """By partition, the working master that some node names; partitions without one are missing."""
    masters = {}
    for node, (error, told) in client.info_all("partition-info").items():
        assert error is None, f"{node}: {error}"
        header, *rows = told.strip().split(";")
        names = header.split(":")
        for row in rows:
            if not row:
                continue
            of = dict(zip(names, row.split(":")))
            if of["namespace"] == namespace and of["working_master"] == node:
                masters[int(of["partition"])] = node
    return masters

"""The write path of an application: what it makes of the errors of a strongly consistent namespace."""

from aerospike import exception


class TryLater(Exception):
    """Nothing was written."""


def place(client, number, items):
    """Places an order once. Raises TryLater when nothing was written; any other outcome is certain when it returns."""
    key = ("main", "orders", number)
    try:
        client.put(key, {"items": items}, policy={"max_retries": 0})
    except exception.AerospikeError as error:
        if not error.in_doubt:
            raise TryLater(f"code {error.code}") from error
        # It may have happened. Whether it did, only a read can tell, and that may have to wait, too.
        if not is_placed(client, number):
            return place(client, number, items)


def is_placed(client, number):
    """Whether an order is there. Raises TryLater while nobody can say."""
    try:
        return client.exists(("main", "orders", number), policy={"max_retries": 0})[1] is not None
    except exception.AerospikeError as error:
        raise TryLater(f"code {error.code}") from error

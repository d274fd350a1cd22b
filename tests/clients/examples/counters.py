"""Counts orders. A count that is done twice is wrong, so an increment must not simply be tried again."""

import aerospike
from aerospike import exception

from orders import TryLater

# So many orders are remembered: more than may be tried at the same time.
REMEMBERED = 100


def count(client, counter, order):
    """Counts an order exactly once, however often this is called for it. Raises TryLater while nobody can say."""
    key = ("main", "counters", counter)
    while True:
        generation, number, counted = read(client, key)
        if order in counted:
            return number
        bins = {"number": number + 1, "counted": [*counted, order][-REMEMBERED:]}
        policy = {"max_retries": 0, "gen": aerospike.POLICY_GEN_EQ}
        if generation is None:
            policy = {"max_retries": 0, "exists": aerospike.POLICY_EXISTS_CREATE}
        try:
            # It is written only over what was read, so of two that are tried at the same time one succeeds.
            client.put(key, bins, meta={"gen": generation or 0}, policy=policy)
            return number + 1
        except (exception.RecordGenerationError, exception.RecordExistsError):
            pass  # Somebody was first, perhaps this order's own write that was in doubt. Look again.
        except exception.AerospikeError as error:
            if not error.in_doubt:
                raise TryLater(f"code {error.code}") from error
            # It may have happened, or still happen. Whoever looks sees it, or writes the same over the same.


def read(client, key):
    """The counter's generation (None when there is none yet), its number, and the orders that it counted last."""
    try:
        _, meta, bins = client.get(key, policy={"max_retries": 0})
    except exception.RecordNotFound:
        return None, 0, []
    except exception.AerospikeError as error:
        raise TryLater(f"code {error.code}") from error
    return meta["gen"], bins["number"], bins["counted"]

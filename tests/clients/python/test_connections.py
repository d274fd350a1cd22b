"""Ten thousand connections: those beyond the limit are closed at once, and whoever was there before goes on."""

import resource
import socket
import threading

import pytest

from rosterlab import wait_until

MANY = 10_000
ROOM = 2_000


@pytest.fixture
def many_files():
    """Lets this process and what it starts have so many files open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY + 1_000
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"{hard} files may be open here (ulimit -Hn), and {wanted} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def is_open(connection):
    """Whether the server has not closed a connection to which it has nothing to say."""
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionResetError:
        return False


def ask(connection):
    """What a node says to the info request `node`."""
    connection.settimeout(10)
    connection.sendall(bytes.fromhex("0201000000000005") + b"node\n")
    return connection.recv(100)[8:]


def test_ten_thousand_connections_are_refused_politely(many_files, serve, connect, ends):
    cluster = serve("--max-connections", str(ROOM))
    client = connect(cluster)
    written, stop, failed = [0], threading.Event(), []

    def work():
        while not stop.is_set():
            try:
                key = ("main", "many", written[0] % 500)
                client.put(key, {"n": written[0]})
                assert client.get(key)[2] == {"n": written[0]}
                written[0] += 1
            except Exception as error:
                failed.append(error)

    # It knows every node before the others come.
    for number in range(500):
        client.put(("main", "many", number), {"n": -1})
    worker = threading.Thread(target=work)
    ends.callback(worker.join)
    ends.callback(stop.set)
    worker.start()
    wait_until(lambda: written[0] > 0, "the client works")
    before = written[0]

    connections = []
    for number in range(MANY):
        connection = socket.create_connection(cluster.hosts[number % len(cluster.hosts)])
        ends.callback(connection.close)
        connection.setblocking(False)
        connections.append(connection)
    during = written[0]
    wait_until(lambda: sum(map(is_open, connections)) <= ROOM, "those beyond the limit are closed")
    left = [connection for connection in connections if is_open(connection)]
    # The client has some of the room.
    assert ROOM - 100 < len(left) < ROOM
    for connection in left[::100]:
        assert ask(connection).startswith(b"node\t")

    assert during > before
    wait_until(lambda: written[0] > during + 100, "the client goes on")
    assert failed == []
    for connection in connections:
        connection.close()

    def fits_again():
        with socket.create_connection(cluster.hosts[0]) as connection:
            try:
                return ask(connection) == b"node\tA101\n"
            except ConnectionResetError:
                return False

    wait_until(fits_again, "there is room again")

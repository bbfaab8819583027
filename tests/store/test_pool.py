"""The pool: what its workers may, what becomes of those that die, and who gets the next one."""

import asyncio
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from asking import DATA, Loop, long_answer
from serving import gives_way

from stadsgraaf.errors import (
    ClientTimeUsed,
    EvaluationFailed,
    QueryMemoryLimit,
    QueryTimeout,
    QueryTooComplex,
    ResultTooLarge,
    ServiceNotAllowed,
    StadsgraafError,
    StoreBusy,
    StoreUnavailable,
    TooManyRequests,
)
from stadsgraaf.media import RESULTS
from stadsgraaf.store import Answer, Limits, Question, priority
from stadsgraaf.store.inquiry import Inquiry
from stadsgraaf.store.pool import PoolStore, State
from stadsgraaf.store.reply import Spool
from stadsgraaf.store.waiting import WaitingRoom
from stadsgraaf.store.zygote import FORK, LOADED


def product(times: int, head: str = "SELECT (COUNT(*) AS ?n)", rows: int = 300) -> str:
    """A query over the product of some tables."""
    numbers = " ".join(map(str, range(rows)))
    tables = " ".join(f"VALUES ?v{number} {{ {numbers} }}" for number in range(times))
    return f"{head} {{ {tables} }}"


RUNAWAY = product(9)
ROWS = 100
LONG = product(3, rows=ROWS)


class Pool:
    """A pool in an event loop of its own, and what tests do with it."""

    def __init__(self, loop: Loop, path: Path, **settings: Any) -> None:
        self.loop = loop
        self.store: PoolStore = loop.run(PoolStore.start(path, **settings))
        self._later: list[asyncio.Future[Any]] = []

    async def answer(self, query: str, client: str = "", **limits: Any) -> Answer:
        question = Question(query, results=RESULTS[0], client=client)
        return await self.store.answer(question, Limits(**({"seconds": 20} | limits)))

    async def body(self, query: str, client: str = "", **limits: Any) -> Any:
        return json.loads(await (await self.answer(query, client, **limits)).read())

    def ask(self, query: str = "ASK {}", client: str = "", **limits: Any) -> Any:
        return self.loop.run(self.body(query, client, **limits))

    def failure(self, query: str, client: str = "", **limits: Any) -> StadsgraafError:
        with pytest.raises(StadsgraafError) as raised:
            self.ask(query, client, **limits)
        return raised.value

    def later(self, query: str, client: str = "", **limits: Any) -> "asyncio.Future[Any]":
        """A question that is asked now and answered some time."""

        async def begin() -> "asyncio.Future[Any]":
            return asyncio.ensure_future(self.body(query, client, **limits))

        self._later.append(self.loop.run(begin()))
        return self._later[-1]

    def outcome(self, future: "asyncio.Future[Any]") -> Any:
        async def wait() -> Any:
            return (await asyncio.gather(future, return_exceptions=True))[0]

        return self.loop.run(wait())

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that must come; the limit is only there to end a failing test."""
        end = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < end, self.store.state
            time.sleep(0.01)

    def pids(self) -> set[int]:
        return set(self.store.state.workers)

    def close(self) -> None:
        self.loop.run(self.store.close())
        for future in self._later:
            self.outcome(future)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pool") / "data.nq"
    file.write_bytes(DATA)
    return file


@pytest.fixture
def make(loop: Loop, path: Path) -> Iterator[Callable[..., Pool]]:
    made: list[Pool] = []

    def start(**settings: Any) -> Pool:
        made.append(Pool(loop, path, **settings))
        return made[-1]

    yield start
    for pool in made:
        pool.close()


@pytest.fixture
def pool(make: Callable[..., Pool]) -> Pool:
    return make()


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


# What a worker may


def test_worker_has_given_up_what_it_does_not_need(pool: Pool) -> None:
    pool.until(lambda: pool.store.state.idle == 2)
    for pid in pool.pids():
        process = Path(f"/proc/{pid}")
        assert {entry.name for entry in (process / "fd").iterdir()} == set("01234")
        status = (process / "status").read_text(encoding="ascii")
        assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)
        assert re.search(r"^Seccomp:\s+2$", status, re.MULTILINE)
        limits = (process / "limits").read_text(encoding="ascii")
        assert re.search(r"^Max core file size\s+0\s+0", limits, re.MULTILINE)
        assert re.search(r"^Max open files\s+5\s+5", limits, re.MULTILINE)
        assert (process / "oom_score_adj").read_text(encoding="ascii").strip() == "1000"


def test_processes_get_no_secrets(make: Callable[..., Pool], monkeypatch: Any) -> None:
    monkeypatch.setenv("STADSGRAAF_SECRET", "s3cret")
    pool = make()
    for pid in (pool.store.state.zygote, *pool.pids()):
        assert b"s3cret" not in Path(f"/proc/{pid}/environ").read_bytes()


@pytest.fixture
def canary() -> Iterator[tuple[int, Callable[[], int]]]:
    """A port, and how many connections it got."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)

        def hits() -> int:
            count = 0
            try:
                while True:
                    server.accept()[0].close()
                    count += 1
            except TimeoutError:
                return count

        yield server.getsockname()[1], hits


@pytest.mark.parametrize("service", ["SERVICE:x", "SERVICE SILENT:x"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_service_that_the_lexer_misses_meets_the_sandbox(
    pool: Pool, canary: tuple[int, Callable[[], int]], service: str, host: str
) -> None:
    port, hits = canary
    query = f"PREFIX : <http://{host}:{port}/> SELECT * {{ {service} {{ ?s ?p ?o }} }}"
    assert isinstance(pool.failure(query), ServiceNotAllowed)
    assert hits() == 0
    assert pool.ask() == {"head": {}, "boolean": True}


@pytest.mark.parametrize(
    ("give_up", "ends"),
    [
        ("sandbox.deny_system_calls()", -signal.SIGSYS),
        ("sandbox.drop_limits(3)", 7),
    ],
)
def test_either_guard_alone_keeps_the_network_shut(
    canary: tuple[int, Callable[[], int]], give_up: str, ends: int
) -> None:
    port, hits = canary
    script = f"""
        import socket, os
        from stadsgraaf.store import sandbox
        {give_up}
        try:
            socket.create_connection(("127.0.0.1", {port}))
        except OSError:
            os._exit(7)
        """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert done.returncode == ends
    assert hits() == 0


def test_guard_leaves_a_process_that_behaves_alone() -> None:
    script = """
        import threading
        from stadsgraaf.store import sandbox
        assert sandbox.deny_system_calls()
        thread = threading.Thread(target=lambda: open("/dev/null").close())
        thread.start()
        thread.join()
        """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)


# Limits that end a worker


def test_runaway_is_killed_and_replaced(pool: Pool) -> None:
    pool.until(lambda: pool.store.state.idle == 2)
    before = pool.pids()
    assert isinstance(pool.failure(RUNAWAY, seconds=0.4), QueryTimeout)
    pool.until(lambda: pool.store.state.idle == 2)
    (killed,) = before - pool.pids()
    pool.until(lambda: is_gone(killed))


def test_memory_is_limited(pool: Pool) -> None:
    error = pool.failure(product(3, "SELECT *") + " ORDER BY ?v0", memory_mib=48)
    assert isinstance(error, QueryMemoryLimit)
    assert error.members["limit"] == 48
    assert pool.ask()["boolean"]


def test_memory_of_one_query_does_not_weigh_on_the_next(make: Callable[..., Pool]) -> None:
    pool = make(workers=1)
    for _ in range(4):
        pool.ask(product(2, "SELECT DISTINCT *", rows=120), memory_mib=64)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (signal.SIGSEGV, QueryTooComplex),
        (signal.SIGBUS, QueryTooComplex),
        (signal.SIGABRT, EvaluationFailed),
        (signal.SIGSYS, ServiceNotAllowed),
    ],
)
def test_crash_costs_one_answer(pool: Pool, end: signal.Signals, expected: type) -> None:
    future = pool.later(RUNAWAY, "someone")
    pool.until(lambda: pool.store.state.slow == 1)
    busy = _yielding(pool)
    os.kill(busy, end)
    assert isinstance(pool.outcome(future), expected)
    assert pool.ask()["boolean"]


def test_engine_that_gets_no_memory_is_told_from_one_that_ends_by_itself(pool: Pool) -> None:
    doubled = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(30))
    query = f'SELECT ?x30 {{ BIND("1" AS ?x0) {doubled} }}'
    assert isinstance(pool.failure(query, memory_mib=100), QueryMemoryLimit)


def _yielding(pool: Pool) -> int:
    """The worker that gives way to the others."""
    pool.until(lambda: any(map(gives_way, pool.pids())))
    (busy,) = filter(gives_way, pool.pids())
    return busy


def test_reader_that_leaves_ends_the_work(pool: Pool) -> None:
    async def leave() -> None:
        answer = await pool.answer(long_answer(60_000_000))
        await answer.aclose()

    pool.until(lambda: pool.store.state.idle == 2)
    before = pool.pids()
    pool.loop.run(leave())
    (killed,) = before - pool.pids()
    pool.until(lambda: is_gone(killed))
    assert pool.ask()["boolean"]


def test_caller_that_is_cancelled_ends_the_work(pool: Pool) -> None:
    future = pool.later(RUNAWAY)
    pool.until(lambda: pool.store.state.slow == 1)

    async def cancel() -> None:
        future.cancel()

    pool.loop.run(cancel())
    pool.until(lambda: pool.store.state.slow == 0 and pool.store.state.idle == 2)


# Workers that somebody else kills


def test_idle_worker_that_is_killed_is_replaced(pool: Pool) -> None:
    pool.until(lambda: pool.store.state.idle == 2)
    killed = pool.pids()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    assert pool.ask()["boolean"]
    pool.until(lambda: pool.store.state.idle == 2 and not pool.pids() & killed)


def halted(pool: Pool, workers: int = 2) -> set[int]:
    """The workers, none of which goes on until it is told to: what they are asked takes long."""
    pool.until(lambda: pool.store.state.idle == workers)
    pids = pool.pids()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    pool.until(lambda: all(map(_is_stopped, pids)))
    return pids


def _is_stopped(pid: int) -> bool:
    """Whether every thread is: that takes until one of them has run."""
    stats = [each.read_text(encoding="ascii") for each in Path(f"/proc/{pid}/task").glob("*/stat")]
    return {stat.rpartition(")")[2].split()[0] for stat in stats} == {"T"}


def go_on(pids: set[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def test_query_whose_worker_is_killed_is_asked_again(make: Callable[..., Pool]) -> None:
    pool = make(workers=1)
    (busy,) = halted(pool, workers=1)
    future = pool.later(LONG)
    pool.until(lambda: bool(pool.store.running()))
    os.kill(busy, signal.SIGKILL)
    assert pool.outcome(future)["results"]["bindings"][0]["n"]["value"] == str(ROWS**3)
    assert pool.store.ends["lost"] == 1


# Workers of slow queries


def _slow_worker(pool: Pool) -> tuple[int, "asyncio.Future[Any]"]:
    """One whose query is slow, and soon at its end."""
    pids = halted(pool)
    future = pool.later("ASK {}")
    worker = _yielding(pool)
    go_on(pids)
    return worker, future


def test_worker_of_a_slow_query_is_kept_when_it_may_have_its_priority_back(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stadsgraaf.store.pool._YIELDING_AFTER", 0.1)
    monkeypatch.setattr(PoolStore, "_is_dear", lambda *_: True)
    monkeypatch.setattr("stadsgraaf.store.priority.Yielding.restore", lambda _: True)
    worker, future = _slow_worker(pool)
    assert pool.outcome(future)["boolean"]
    pool.until(lambda: pool.store.state.slow == 0)
    assert worker in pool.pids()


def test_worker_of_a_slow_query_is_replaced_when_it_may_not(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stadsgraaf.store.pool._YIELDING_AFTER", 0.1)
    monkeypatch.setattr(PoolStore, "_is_dear", lambda *_: True)
    monkeypatch.setattr("stadsgraaf.store.priority.Yielding.restore", lambda _: False)
    worker, future = _slow_worker(pool)
    assert pool.outcome(future)["boolean"]
    pool.until(lambda: is_gone(worker) and pool.store.state.idle == 2)


def test_workers_beyond_those_wanted_go_when_it_is_quiet(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stadsgraaf.store.pool._SPARE", 0.05)
    pids = halted(pool)
    futures = [pool.later("ASK {}", str(number)) for number in range(3)]
    pool.until(lambda: len(pool.pids()) > 2)
    go_on(pids)
    assert all(pool.outcome(future)["boolean"] for future in futures)
    pool.until(lambda: len(pool.pids()) == 2)


def test_every_thread_of_a_worker_gives_way(pool: Pool) -> None:
    future = pool.later(RUNAWAY)
    threads = [int(each.name) for each in Path(f"/proc/{_yielding(pool)}/task").iterdir()]
    assert len(threads) > 1
    pool.until(lambda: all(map(gives_way, threads)))
    pool.close()
    assert isinstance(pool.outcome(future), StoreUnavailable)


def test_slow_query_takes_what_others_leave_and_is_one_of_them_when_that_is_too_little(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not priority._may_raise():
        pytest.skip("priorities cannot be raised here")
    used = [0.0]
    monkeypatch.setattr("stadsgraaf.store.priority.processor_time", lambda _: used[0])
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:

        def after(now: float, has_used: float) -> tuple[int, bool]:
            used[0] = has_used
            yielding.look(now)
            return os.sched_getscheduler(process.pid), gives_way(process.pid)

        yielding = priority.Yielding(process.pid, 10.0)
        assert after(10.5, 0.0) == (os.SCHED_IDLE, True)
        assert after(11.1, 0.5) == (os.SCHED_IDLE, True)
        assert after(12.2, 0.55) == (os.SCHED_OTHER, True)
        assert after(13.3, 0.55) == (os.SCHED_IDLE, True)
        assert yielding.restore()
        assert after(13.4, 0.55) == (os.SCHED_OTHER, False)
        process.communicate(b"\n")


@pytest.mark.parametrize("within", [(), ("unshare", "--user", "--map-root-user")])
def test_priority_is_lowered_so_far_only_that_it_can_be_raised_again(within: Sequence[str]) -> None:
    try:
        subprocess.run([*within, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("there is no such namespace here")
    policy = "os.sched_setscheduler(0, os.SCHED_{}, os.sched_param(0))"
    lines = (
        *("import os", "from stadsgraaf.store.priority import _may_raise"),
        *("print(_may_raise())", policy.format("IDLE")),
        *("try:", f"    {policy.format('OTHER')}", "    print(True)"),
        *("except OSError:", "    print(False)"),
    )
    command = [*within, sys.executable, "-c", "\n".join(lines)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert said in (["True", "True"], ["False", "False"])


def test_slow_query_gives_way_where_priorities_cannot_be_raised(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stadsgraaf.store.priority._may_raise", lambda: False)
    future = pool.later(RUNAWAY)
    worker = _yielding(pool)
    assert os.sched_getscheduler(worker) == os.SCHED_OTHER
    pool.close()
    assert isinstance(pool.outcome(future), StoreUnavailable)


def test_priorities_count_among_a_server_and_its_workers(pool: Pool) -> None:
    pool.until(lambda: bool(pool.pids()))
    assert {os.getsid(pid) for pid in pool.pids()} == {os.getsid(0)}
    assert os.getpgid(0) not in {os.getpgid(pid) for pid in pool.pids()}


def test_query_that_is_killed_again_and_again_is_given_up(pool: Pool) -> None:
    future = pool.later(RUNAWAY)
    killed: set[int] = set()
    while not future.done():
        for pid in pool.pids() - killed:
            if not is_gone(pid) and gives_way(pid):
                killed.add(pid)
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)
    assert isinstance(pool.outcome(future), StoreBusy)
    assert len(killed) == 3


def test_zygote_that_is_killed_is_started_again(pool: Pool) -> None:
    before = pool.store.state
    assert before.zygote
    os.kill(before.zygote, signal.SIGKILL)
    pool.until(lambda: pool.store.state.zygote not in (None, before.zygote))
    assert pool.ask()["boolean"]
    assert all(is_gone(pid) for pid in before.workers)


def test_zygote_that_is_killed_costs_no_answer(pool: Pool) -> None:
    zygote = pool.store.state.zygote
    assert zygote
    running = pool.later(RUNAWAY, "a", seconds=60)
    pool.until(lambda: pool.store.state.idle == 1)
    os.kill(zygote, signal.SIGKILL)
    quick = [pool.later("ASK {}", "b") for _ in range(10)]
    pool.until(lambda: pool.store.state.zygote not in (None, zygote))
    assert all(pool.outcome(each)["boolean"] for each in quick)
    pool.until(lambda: pool.store.state.slow == 1)  # it is asked again
    assert not running.done()
    running.cancel()


# Who gets the next worker


def test_slow_query_leaves_room_for_cheap_ones(make: Callable[..., Pool]) -> None:
    pool = make(workers=1, slow_workers=1)
    slow = pool.later(RUNAWAY, "slow")
    for _ in range(20):
        assert pool.ask("ASK {}", "quick")["boolean"]
    assert not slow.done()


def test_client_with_its_part_of_slow_queries_gets_no_more(make: Callable[..., Pool]) -> None:
    pool = make(workers=2, slow_workers=2)
    first = pool.later(RUNAWAY, "greedy")
    pool.until(lambda: pool.store.state.slow == 1)
    assert isinstance(pool.failure(RUNAWAY, "greedy"), TooManyRequests)
    assert pool.ask("ASK {}", "greedy")["boolean"]
    modest = pool.later(LONG, "modest")
    assert pool.outcome(modest)["results"]
    assert not first.done()


def test_full_queue_refuses_at_once(make: Callable[..., Pool]) -> None:
    pool = make(workers=1, slow_workers=0, queue_length=2)
    running = pool.later(RUNAWAY, "a")
    pool.until(lambda: pool.store.state.slow == 1)
    waiting = [pool.later("ASK {}", client) for client in ("b", "c")]
    pool.until(lambda: pool.store.state.waiting == 2)
    again = pool.failure("ASK {}", "b")
    assert isinstance(again, TooManyRequests)
    assert again.headers["Retry-After"] == "2"
    other = pool.failure("ASK {}", "d")
    assert isinstance(other, StoreBusy)
    assert other.headers["Retry-After"] == "2"
    assert not running.done()
    assert not any(future.done() for future in waiting)


def test_question_that_waits_too_long_is_refused(make: Callable[..., Pool]) -> None:
    pool = make(workers=1, slow_workers=0)
    pool.later(RUNAWAY, "a")
    pool.until(lambda: pool.store.state.slow == 1)
    assert isinstance(pool.failure("ASK {}", "b", seconds=0.2), StoreBusy)
    assert pool.store.state.waiting == 0


def test_waiting_clients_take_turns_and_so_do_their_oldest_and_newest_questions() -> None:
    room: WaitingRoom[str] = WaitingRoom(10)
    for name in ("a1", "a2", "a3", "b1", "b2", "c1"):
        room.join(name[0], name)
    called = []
    while name := room.call(lambda client: client != "c"):
        called.append(name)
    assert called == ["a1", "b1", "a3", "b2", "a2"]


def test_no_question_is_overtaken_for_ever_by_its_clients_others() -> None:
    """As when a client has more connections than there are workers, and each asks on and on."""

    def called_before(first: str) -> int:
        room: WaitingRoom[str] = WaitingRoom(100)
        for number in range(6):
            room.join("a", f"a{number}")
        for count in range(1000):
            if room.call(lambda _: True) == first:
                return count
            room.join("a", "another")
        return 1000

    assert all(called_before(f"a{number}") < 20 for number in range(6))


def test_who_gives_way_is_called_after_others_but_not_after_all_of_them() -> None:
    room = WaitingRoom[str](1000)
    for number in range(100):
        room.join("cheap", f"cheap {number}")
        room.join("dear", f"dear {number}")
    called = [room.call(lambda _: True, lambda client: client == "dear") for _ in range(100)]
    assert called[0] == "cheap 0"
    assert 2 <= sum("dear" in str(question) for question in called) <= 10
    assert room.call(lambda client: client == "dear", lambda client: client == "dear")


def test_however_many_wait_the_one_that_does_not_give_way_is_called_first() -> None:
    room = WaitingRoom[str](300)
    for number in range(299):
        room.join(f"crowd {number}", "dear")
    room.join("quick", "cheap")
    assert room.call(lambda _: True, lambda client: client != "quick") == "cheap"


def test_a_full_room_makes_place_for_whose_turn_is_before_that_of_another() -> None:
    room = WaitingRoom[str](3)
    turns = {"slow": 2, "new": 1, "newer": 1, "newest": 1, "quick": 0, "quicker": 0, "quickest": 0}
    for client in ("slow", "new", "quick"):
        assert room.join(client, client, turns.__getitem__) is None
    assert room.join("newer", "newer", turns.__getitem__) == "slow"
    with pytest.raises(StoreBusy):
        room.join("newest", "newest", turns.__getitem__)
    assert room.join("quicker", "1", turns.__getitem__) == "newer"
    assert room.join("quickest", "2", turns.__getitem__) == "new"
    with pytest.raises(StoreBusy):
        room.join("another", "3", lambda _: 0)
    assert len(room) == 3


def test_one_worker_is_left_for_clients_whose_questions_are_quick(
    make: Callable[..., Pool],
) -> None:
    pool = make(workers=2, slow_workers=4)
    pool.until(lambda: pool.store.state.idle == 2)
    assert pool.ask("ASK {}", "quick")["boolean"]

    async def ask() -> tuple[State, State]:
        put = partial(pool.store.begin, limits=Limits())
        dear = [put(Question(RUNAWAY, RESULTS[0], client=name)) for name in ("a", "b", "a")]
        before = pool.store.state
        cheap = [put(Question("ASK {}", RESULTS[0], client="quick")) for _ in range(2)]
        after = pool.store.state
        for each in (*dear, *cheap):
            each.abandon()
        return before, after

    before, after = pool.loop.run(ask())
    assert (before.idle, before.waiting) == (1, 2)
    assert (after.idle, after.waiting) == (0, 3)


def test_query_that_gets_no_processor_is_not_slow_before_it_takes_far_too_long(
    make: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stadsgraaf.store.pool._SLOW_ANYWAY", 1e6)
    pool = make(workers=1, slow_workers=1)
    stopped = halted(pool, workers=1)
    asked = pool.later("ASK {}", "quick")
    pool.until(lambda: any(each.seconds > 0.3 for each in pool.store.running()))
    assert pool.store.state.slow == 0
    monkeypatch.setattr("stadsgraaf.store.pool._SLOW_ANYWAY", 0.3)
    pool.until(lambda: pool.store.state.slow == 1)
    go_on(stopped)
    assert pool.outcome(asked)["boolean"]
    assert "quick" not in pool.store._had_slow


def test_query_of_a_client_of_quick_ones_is_not_the_one_there_is_no_room_for(
    make: Callable[..., Pool],
) -> None:
    pool = make(workers=3, slow_workers=1)
    pool.store._beyond_share = 1e6
    assert pool.ask("ASK {}", "quick")["boolean"]
    first = pool.later(RUNAWAY, "first")
    pool.until(lambda: pool.store.state.slow == 1)
    beyond = pool.later(RUNAWAY, "beyond")
    pool.until(lambda: pool.store.state.slow == 2)
    assert isinstance(pool.failure(RUNAWAY, "new"), StoreBusy)
    quick = pool.later(RUNAWAY, "quick")
    assert isinstance(pool.outcome(beyond), StoreBusy)
    pool.until(lambda: pool.store.state.slow == 2)
    assert not first.done()
    assert not quick.done()


def test_who_wants_no_wait_for_a_slow_query_had_a_slow_one(make: Callable[..., Pool]) -> None:
    pool = make(workers=2, slow_workers=4)
    assert isinstance(pool.failure(RUNAWAY, "hasty", seconds=0.001), QueryTimeout)
    assert pool.ask("ASK {}", "quick")["boolean"]
    assert pool.store._turn("hasty") > pool.store._turn("new") > pool.store._turn("quick")


def test_who_is_new_among_neighbours_with_slow_queries_is_called_after_others_who_are_new(
    make: Callable[..., Pool],
) -> None:
    pool = make(workers=2, slow_workers=4)
    assert pool.ask("ASK {}", "192.0.2.7")["boolean"]
    for attacker in ("192.0.2.1", "2001:db8:0:1::/64"):
        assert isinstance(pool.failure(RUNAWAY, attacker, seconds=0.001), QueryTimeout)
    assert pool.store._turn("192.0.2.7") == 0
    for neighbour, other in (("192.0.2.9", "198.51.100.9"), ("2001:db8:0:2::/64", "2001:db9::/64")):
        assert pool.store._turn(neighbour) > pool.store._turn(other) > 0


def test_client_of_a_slow_query_lets_others_go_first(make: Callable[..., Pool]) -> None:
    pool = make(workers=1, slow_workers=4)
    slow = pool.later(RUNAWAY, "slow")
    pool.until(lambda: pool.store.state.slow == 1 and pool.store.state.idle == 1)
    told: list[str] = []

    def begin(client: str) -> Inquiry:
        question = Question("ASK {}", results=RESULTS[0], client=client)
        return pool.store.begin(question, Limits(), partial(told.append, client))

    async def ask() -> None:
        begun = [begin(client) for client in ("first", "slow", "other")]
        await asyncio.gather(*(each.answer() for each in begun))
        slow.cancel()

    pool.loop.run(ask())
    assert told == ["first", "other", "slow"]


def test_client_of_quick_queries_goes_before_those_of_whom_nothing_is_known(
    make: Callable[..., Pool],
) -> None:
    pool = make(workers=1, slow_workers=20)
    for _ in range(2):
        assert pool.ask("ASK {}", "quick")["boolean"]
    crowd = [pool.later(RUNAWAY, f"new {number}") for number in range(12)]
    pool.until(lambda: pool.store.state.waiting >= 10)
    assert pool.ask("ASK {}", "quick")["boolean"]
    assert pool.store.state.waiting >= 5  # most of them are waiting still
    for each in crowd:
        each.cancel()


def test_answer_that_nobody_reads_makes_room_for_others(make: Callable[..., Pool]) -> None:
    pool = make(workers=1, slow_workers=0)
    pool.store.spool = Spool(total=0, least=1000)

    async def begin() -> Answer:
        return await pool.answer(long_answer(10_000_000), "lazy", seconds=60)

    answer = pool.loop.run(begin())
    assert pool.ask("ASK {}", "eager")["boolean"]
    with pytest.raises(StoreBusy):
        pool.loop.run(answer.read())


def test_answer_that_is_read_slowly_does_not_hold_its_worker(make: Callable[..., Pool]) -> None:
    pool = make(workers=1, slow_workers=0)

    async def begin() -> Answer:
        return await pool.answer(long_answer(1_000_000), "lazy", seconds=60)

    answer = pool.loop.run(begin())
    pool.until(lambda: answer.chunks.size is not None)  # type: ignore[attr-defined]
    assert pool.ask("ASK {}", "lazy")["boolean"]
    body = json.loads(pool.loop.run(answer.read()))
    assert len(body["results"]["bindings"]) == 256
    assert pool.store.spool.used == 0


def test_worker_whose_answer_ended_while_it_was_held_up_is_heard_again(
    make: Callable[..., Pool],
) -> None:
    pool = make(workers=1)
    pool.store.spool = Spool(total=0, least=1000)
    assert pool.ask(long_answer(150_000))["results"]["bindings"]
    assert pool.ask(seconds=5)["boolean"]


def test_small_answer_tells_its_size(pool: Pool) -> None:
    answer = pool.loop.run(pool.answer("ASK {}"))
    assert answer.size == len(pool.loop.run(answer.read()))


# Start and end


def test_data_that_cannot_be_read_are_told(loop: Loop, tmp_path: Path) -> None:
    bad = tmp_path / "bad.nq"
    bad.write_bytes(b"no quads\n")
    for path in (bad, tmp_path / "none.nq"):
        with pytest.raises(StoreUnavailable) as raised:
            Pool(loop, path)
        assert raised.value.members["reason"]


def test_close_leaves_no_process_and_no_descriptor(loop: Loop, path: Path) -> None:
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    pool = Pool(loop, path)
    running = [pool.later(RUNAWAY, str(number)) for number in range(4)]
    pool.until(lambda: pool.store.state.slow > 1)
    state = pool.store.state
    pool.close()
    assert all(is_gone(pid) for pid in (state.zygote, *state.workers) if pid)
    assert all(isinstance(pool.outcome(future), StoreUnavailable) for future in running)
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before
    assert isinstance(pool.failure("ASK {}"), StoreUnavailable)


def test_processes_end_with_the_process_that_serves(path: Path) -> None:
    script = f"""
        import asyncio
        from pathlib import Path
        from stadsgraaf.store.pool import PoolStore, State
        async def main():
            store = await PoolStore.start(Path({str(path)!r}))
            while store.state.idle < 2 or len(store.state.workers) < 2:
                await asyncio.sleep(0.01)
            print(store.state.zygote, *store.state.workers, flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
        """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert len(pids) == 3
        process.kill()
    end = time.monotonic() + 30
    while not all(is_gone(pid) for pid in pids):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_zygote_ends_in_silence_also_when_what_it_told_was_not_read(path: Path) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    worker, end = socket.socketpair()
    with theirs, worker, end, ours:
        command = [sys.executable, "-m", "stadsgraaf.store.zygote", str(theirs.fileno())]
        zygote = subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=subprocess.PIPE)
        theirs.close()
        order = {"data": str(path), "prefixes": {}, "max_depth": 9, "max_length": 9, "services": 0}
        ours.send(json.dumps(order).encode())
        assert ours.recv(64)[:1] == LOADED
        socket.send_fds(ours, [FORK], [end.fileno()])
        assert select.select([ours], [], [], 30)[0]
    _, said = zygote.communicate(timeout=30)
    assert (said, zygote.returncode) == (b"", 0)


def test_answer_that_multiplies_is_whole_or_an_error(pool: Pool) -> None:
    huge = product(5, "SELECT *")
    for limits in ({"rows": 50_000}, {"rows": 10**9, "bytes": 10**9}):
        assert isinstance(pool.failure(huge, "", **limits), ResultTooLarge)
    error = pool.failure(product(2, "SELECT *"), "", held=1000)
    assert isinstance(error, ResultTooLarge)
    assert error.members["limit"] == 1000
    answer = pool.loop.run(pool.answer(product(2, "SELECT *")))
    assert answer.size is not None


# Time that a client may use


def test_client_that_used_its_time_is_told_when_to_come_back(make: Callable[..., Pool]) -> None:
    pool = make(client_time=1.0)
    assert isinstance(pool.failure(RUNAWAY, "greedy", seconds=1.5), QueryTimeout)
    error = pool.failure("ASK {}", "greedy")
    assert isinstance(error, ClientTimeUsed)
    assert error.status == 429
    assert error.members["limit"] == 1.0
    assert 1 <= int(str(error.members["retry_after"])) <= 60
    assert pool.ask("ASK {}", "other")["boolean"]
    assert pool.store.share("greedy").seconds_left == 0
    assert 0 < pool.store.share("other").seconds_left <= 1


def test_bursts_of_small_questions_pass(make: Callable[..., Pool]) -> None:
    pool = make(client_time=20.0)
    assert all(pool.ask("ASK {}", "federating")["boolean"] for _ in range(300))


def test_slow_questions_of_many_clients_hold_nobody_up(make: Callable[..., Pool]) -> None:
    pool = make(workers=2, slow_workers=2)
    slow = [pool.later(RUNAWAY, f"client {number}", seconds=4) for number in range(8)]
    pool.until(lambda: pool.store.state.slow >= 2)
    assert all(pool.ask("ASK {}", "other")["boolean"] for _ in range(20))
    ends = [type(pool.outcome(each)) for each in slow]
    assert set(ends) == {QueryTimeout, StoreBusy}
    assert ends.count(QueryTimeout) >= 2

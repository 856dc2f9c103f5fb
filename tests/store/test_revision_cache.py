"""What a process keeps: by revision and file, within its bytes."""

import threading

from portsip_api.store import database
from portsip_api.store.revision_cache import RevisionCache


def test_a_value_is_found_at_its_revision_only(app):
    kept = RevisionCache(1000)
    kept.keep("a", 1, "one", 10)
    assert [kept.find("a", revision) for revision in (0, 1, 2)] == [None, "one", None]
    kept.keep("a", 2, "two", 10)
    assert [kept.find("a", revision) for revision in (0, 1, 2)] == [None, None, "two"]


def test_what_was_not_used_for_longest_goes_first(app):
    kept = RevisionCache(1000)
    for key in range(10):
        kept.keep(key, 1, key, 100)
    assert kept.find(0, 1) == 0
    kept.keep(10, 1, 10, 100)
    assert [key for key in range(11) if kept.find(key, 1) is not None] == [0, *range(2, 11)]


def test_a_value_that_takes_the_place_of_another_counts_once(app):
    kept = RevisionCache(1000)
    for revision in range(50):
        kept.keep("a", revision, revision, 100)
        kept.keep("b", revision, revision, 100)
    assert (kept.find("a", 49), kept.find("b", 49)) == (49, 49)


def test_a_large_value_is_not_kept(app):
    kept = RevisionCache(1000)
    kept.keep("small", 1, "small", 125)
    kept.keep("large", 1, "large", 126)
    assert (kept.find("small", 1), kept.find("large", 1)) == ("small", None)


def test_nothing_is_kept_inside_a_transaction(app):
    kept = RevisionCache(1000)
    with database.writing():
        kept.keep("a", 1, "uncommitted", 10)
    assert kept.find("a", 1) is None


def test_nothing_outlives_the_file_that_it_was_read_from(app, configure):
    kept = RevisionCache(1000)
    kept.keep("a", 1, "old", 10)
    database.use(configure().database_path)
    assert kept.find("a", 1) is None


def test_threads_may_share_it(app):
    kept = RevisionCache(1000)
    wrong = []

    def work(own):
        for number in range(2_000):
            key = number % 20
            kept.keep(key, own, (key, own), 100)
            found = kept.find(key, own)
            if found not in {None, (key, own)}:
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(own,)) for own in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sum(kept.find(key, own) is not None for key in range(20) for own in range(4)) <= 10

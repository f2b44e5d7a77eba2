"""What Python's library had, each name as a program uses it."""

import pickle

import pytest

from dltut.old_code import standard

PROGRAMS = {
    "reduce(lambda a, b: a + b, xrange(4))": "6",
    "unicode('a') + unichr(98)": "'ab'",
    "isinstance(3, (int, long)), isinstance('a', basestring)": "(True, True)",
    "cmp(1, 2), apply(max, (1, 2)), coerce(1, 2.0)": "(-1, 2, (1.0, 2.0))",
    "map(None, [1, 2], [3, 4]), filter(None, 'ab'), zip([1], [2])":
        "([(1, 3), (2, 4)], 'ab', [(1, 2)])",
    "round(2.5), round(-0.125, 2), range(2) + range(1)": "(3.0, -0.13, [0, 1, 0])",
    "sorted([1, 2], lambda a, b: b - a)": "[2, 1]",
    "__import__('string').letters[:3], string.maketrans('a', 'b')": "('abc', {97: 98})",
    "string.join(['a', 'b'], '-'), string.atoi('3'), string.upper('a')": "('a-b', 3, 'A')",
    "itertools.izip([1], [2]).__next__(), list(itertools.imap(abs, [-1]))": "((1, 2), [1])",
    "fractions.gcd(4, 6), operator.div(7, 2), sys.maxint > 2 ** 31": "(2, 3, True)",
    "inspect.getargspec(lambda a, *b: a).args, time.clock() >= 0": "(['a'], True)",
    "isinstance({}, collections.Mapping), types.ListType, os.getcwdu()[:0]":
        "(True, <class 'list'>, '')",
    "urllib.quote('a b'), urlparse.urlparse('http://a/b').path": "('a%20b', '/b')",
    "StringIO.StringIO('ab').read(), cStringIO.StringIO(b'ab').read()": "('ab', b'ab')",
    "Queue.Queue().empty(), __builtin__.xrange(1)": "(True, range(0, 1))",
    "hasattr(urllib2, 'urlopen'), hasattr(urllib2, 'HTTPError')": "(True, True)",
    "ConfigParser.SafeConfigParser().sections(), list(sets.Set([1]))": "([], [1])",
    "d.keys()[0], d.values(), d.items()[:1], d.has_key(1)": "(1, [2], [(1, 2)], True)",
}  # fmt: skip
IMPORTS = """
import Queue, StringIO, __builtin__, cStringIO, collections, fractions, inspect
import itertools, operator, os, sets, string, sys, time, types, urllib, urllib2, urlparse
import ConfigParser
d = {1: 2}
"""


def test_every_name_is_what_it_was(ran):
    out, _ = ran(IMPORTS + "".join(f"value = {each}\nprint `value`\n" for each in PROGRAMS))
    assert dict(zip(PROGRAMS, out, strict=True)) == PROGRAMS


def test_pickles_of_python_2_and_files_of_text(ran, tmp_path):
    (tmp_path / "old.pkl").write_bytes(b"(dp0\nS'name'\np1\nS'caf\\xe9'\np2\ns.")
    with pytest.raises(UnicodeDecodeError):
        pickle.loads((tmp_path / "old.pkl").read_bytes())
    out, _ = ran(
        f"""
        import cPickle, pickle
        with open({str(tmp_path / "old.pkl")!r}) as f:
            print cPickle.load(f)['name']
        f = open({str(tmp_path / "new.pkl")!r}, 'w')
        cPickle.dump([1], f, -1)
        f.close()
        with open({str(tmp_path / "new.pkl")!r}, 'rU') as f:
            print pickle.load(f), cPickle.loads(pickle.dumps(2))
        with open({str(tmp_path / "new.pkl")!r}) as f:
            print cPickle.Unpickler(f).load(), cPickle.HIGHEST_PROTOCOL > 1
        """
    )
    assert out == ["café", "[1] 2", "[1] True"]


def test_tables_opened_for_bytes(ran, tmp_path):
    out, _ = ran(
        f"""
        import csv
        f = open({str(tmp_path / "t.csv")!r}, 'wb')
        csv.writer(f).writerow([1, 'a'])
        f.close()
        with open({str(tmp_path / "t.csv")!r}, 'rb') as f:
            print list(csv.reader(f))
        """
    )
    assert out == ["[['1', 'a']]"]


def test_execfile_runs_in_the_names_of_the_caller(ran, tmp_path):
    (tmp_path / "settings.py").write_text("rate = 7 / 2\nprint 'set'\n")
    out, _ = ran(f"execfile({str(tmp_path / 'settings.py')!r})\nprint rate\n")
    assert out == ["set", "3"]


def test_tables_of_names_lead_somewhere():
    """Each is made from today's modules; what has gone would fail when a program asks."""
    import importlib

    for home, names in standard.MISSING.items():
        if home == "cgi":  # it warns, or has gone
            continue
        module = importlib.import_module(home)
        for name, make in names.items():
            assert make(module) is not None or name in ("exc_type",), f"{home}.{name}"
    for name, make in standard.MODULES.items():
        made = make()
        if made != "tkinter.filedialog" and not str(made).startswith("tkinter"):
            assert importlib.import_module(made) if isinstance(made, str) else made, name


def test_files_opened_for_bytes_take_text(ran, tmp_path):
    name = str(tmp_path / "log")
    program = f"""
        f = open({name!r}, 'wb')
        f.write('{{0}}\\n'.format(7))
        print >>f, 'eight'
        f.close()
        with file({name!r}, 'ab', 0) as f:
            f.writelines(['nine\\n', b'ten\\n'])
        with open({name!r}, 'r+b') as f:
            f.write('6')
        with open({name!r}) as f:
            print f.read().split()
    """
    assert ran(program)[0] == ["['6', 'eight', 'nine', 'ten']"]


def test_numbers_of_numpy_and_text_for_bytes(ran):
    out, _ = ran(
        """
        import hashlib, json, random
        import numpy as np
        import md5
        three = np.int64(3)
        print isinstance(three, int), isinstance(three, (str, long)), isinstance('a', int)
        print json.dumps({'n': three}), json.dumps([set()], default=len)
        print md5.new('a').digest() == hashlib.md5(b'a').digest(),
        print len(random.sample(set('ab'), 1))
        """
    )
    assert out == ["True True False", '{"n": 3} [0]', "True 1"]

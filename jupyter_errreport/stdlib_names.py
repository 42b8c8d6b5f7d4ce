"""Top-level modules of the standard library that are written in Python, of CPython 3.7 to 3.13 together.

A fixed list, because `sys.stdlib_module_names` is new in 3.10 and every version must answer alike.
"""

STDLIB_NAMES = frozenset(
    """
    __future__ __hello__ _aix_support _android_support _bootlocale _bootsubprocess _collections_abc _colorize
    _compat_pickle _compression _dummy_thread _ios_support _markupbase _opcode_metadata _osx_support _py_abc
    _pydatetime _pydecimal _pyio _pylong _pyrepl _sitebuiltins _strptime _threading_local _weakrefset abc aifc
    argparse ast asynchat asyncio asyncore base64 bdb binhex bisect bz2 cProfile calendar cgi cgitb chunk cmd
    code codecs codeop collections colorsys compileall concurrent configparser contextlib contextvars copy
    copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis distutils doctest
    dummy_threading email encodings ensurepip enum filecmp fileinput fnmatch formatter fractions ftplib
    functools genericpath getopt getpass gettext glob graphlib gzip hashlib heapq hmac html http imaplib imghdr
    imp importlib inspect io ipaddress json keyword linecache locale logging lzma macpath mailbox mailcap
    mimetypes modulefinder multiprocessing netrc nntplib ntpath nturl2path numbers opcode operator optparse os
    pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posixpath pprint profile pstats pty
    py_compile pyclbr pydoc pydoc_data queue quopri random re reprlib rlcompleter runpy sched secrets selectors
    shelve shlex shutil signal smtpd smtplib sndhdr socket socketserver sqlite3 sre_compile sre_constants
    sre_parse ssl stat statistics string stringprep struct subprocess sunau symbol symtable sysconfig tabnanny
    tarfile telnetlib tempfile textwrap threading timeit tkinter token tokenize tomllib trace traceback
    tracemalloc tty types typing unittest urllib uu uuid venv warnings wave weakref webbrowser wsgiref xdrlib
    xml xmlrpc zipapp zipfile zipimport zoneinfo
    """.split()
)

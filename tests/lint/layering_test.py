#!/usr/bin/env python3
"""The layering check catches each kind of violation, and nothing else: each case is a small tree of its own."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

LAYERING = pathlib.Path(__file__).resolve().parents[2] / "tools" / "lint" / "layering"
FOLDERS = ["actors", "cluster", "gateway", "runtime", "storage", "tests", "tools"]


def header(*includes):
    return "#pragma once\n" + "".join(f"#include {include}\n" for include in includes)


def ours(path):
    return f'"{path}"'


class LayeringTest(unittest.TestCase):
    def run_on(self, files, readmes=True):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            readme = {f"{name}/README.md": "# x\n" for name in FOLDERS} if readmes else {}
            for name, text in {**readme, **files}.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return subprocess.run([sys.executable, str(LAYERING), str(root)], capture_output=True, text=True,
                                  check=False)

    def assert_clean(self, files):
        result = self.run_on(files)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertRegex(result.stdout.splitlines()[-1], r"^layering: [1-9]\d* files, 0 violations$")

    def assert_caught(self, files, place, rule, count=1):
        result = self.run_on(files)
        lines = result.stdout.splitlines()
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertTrue(any(line.startswith(f"{place}: [{rule}]") and "Remedy: " in line for line in lines),
                        result.stdout)
        self.assertEqual(lines[-1].split(", ")[1], f"{count} violations", result.stdout)

    def test_a_tree_along_the_arrows_is_clean(self):
        self.assert_clean({
            "runtime/base/result.hpp": header("<tl/expected.hpp>"),
            "runtime/base/log.cpp": "#include <spdlog/spdlog.h>\n",
            "runtime/base/random.cpp": "#include <openssl/rand.h>\n",
            "runtime/system.hpp": header(ours("runtime/base/result.hpp")),
            "runtime/system.cpp": "#include " + ours("runtime/system.hpp") + "\n#include <caf/all.hpp>\n",
            "storage/rocks/store.cpp": "#include <rocksdb/db.h>\n#include " + ours("runtime/base/result.hpp") + "\n",
            "storage/record_codec.cpp": "#include <msgpack.hpp>\n",
            "cluster/home.cpp": "#include " + ours("runtime/system.hpp") + "\n",
            "cluster/link/connection.cpp": "#include <boost/asio.hpp>\n",
            "actors/room.cpp": "#include " + ours("runtime/system.hpp") + "\n",
            "gateway/http.hpp": header("<boost/beast.hpp>", "<openssl/ssl.h>"),
            "gateway/session.cpp": "#include " + ours("gateway/http.hpp") + "\n",
            "gateway/wire/json.cpp": "#include <rapidjson/reader.h>\n",
            "gateway/admin/metrics.cpp": "#include <prometheus/registry.h>\n",
            "tools/bench/bare_caf.cpp": "#include <caf/all.hpp>\n",
            "tools/bench/bare_rocks.cpp": "#include <rocksdb/db.h>\n",
            "tools/main.cpp": "#include <CLI/CLI.hpp>\n#include <toml++/toml.h>\n#include "
                              + ours("runtime/system.hpp") + "\n",
        })

    def test_every_arrow_that_points_up_or_sideways_is_caught(self):
        for folder, target in [("runtime/base", "runtime"), ("runtime", "storage"), ("runtime", "actors"),
                               ("runtime", "cluster"), ("storage", "runtime"), ("storage", "actors"),
                               ("storage", "cluster"), ("cluster", "actors"), ("cluster", "gateway"),
                               ("actors", "storage"), ("actors", "cluster"), ("actors", "gateway"),
                               ("gateway", "storage"), ("gateway", "cluster"), ("gateway", "tools"),
                               ("actors", "tools")]:
            with self.subTest(folder=folder, target=target):
                self.assert_caught({f"{folder}/a.cpp": "\n#include " + ours(f"{target}/b.hpp") + "\n"},
                                   f"{folder}/a.cpp:2", "arrows")

    def test_an_include_of_tests_from_the_product_is_caught(self):
        self.assert_caught({"actors/a.cpp": "#include " + ours("tests/support/fake.hpp") + "\n"},
                           "actors/a.cpp:1", "arrows")

    def test_every_fence_is_closed(self):
        for name, included in [("storage/store.cpp", "rocksdb/db.h"), ("runtime/timer.cpp", "boost/asio.hpp"),
                               ("cluster/members.cpp", "boost/beast/core.hpp"), ("actors/room.cpp", "caf/all.hpp"),
                               ("runtime/base/ids.cpp", "caf/fwd.hpp"), ("cluster/link/a.cpp", "caf/all.hpp"),
                               ("actors/room.cpp", "msgpack.hpp"), ("storage/a.cpp", "msgpack/type.hpp"),
                               ("runtime/base/ids.cpp", "openssl/rand.h"), ("tools/main.cpp", "openssl/evp.h"),
                               ("gateway/http.cpp", "prometheus/counter.h"), ("gateway/http.cpp", "CLI/CLI.hpp"),
                               ("gateway/http.cpp", "toml++/toml.h"), ("gateway/http.cpp", "spdlog/spdlog.h"),
                               ("gateway/http.cpp", "rapidjson/document.h"), ("tools/main.cpp", "boost/asio.hpp"),
                               ("runtime/base/metrics.cpp", "spdlog/spdlog.h"),
                               ("tools/bench/bare_rocks.cpp", "caf/all.hpp"), ("tools/bench/a.cpp", "rocksdb/db.h")]:
            with self.subTest(name=name, included=included):
                self.assert_caught({name: f"#include <{included}>\n"}, f"{name}:1", "fences")

    def test_a_fence_holds_for_quoted_includes_too(self):
        self.assert_caught({"actors/a.cpp": '  #  include "caf/all.hpp"\n'}, "actors/a.cpp:1", "fences", count=2)

    def test_a_heavy_header_that_comes_along_is_caught_where_it_enters_the_other_folder(self):
        self.assert_caught({
            "runtime/detail.hpp": header("<caf/all.hpp>"),
            "runtime/system.hpp": header(ours("runtime/detail.hpp")),
            "actors/room.cpp": "#include <string>\n#include " + ours("runtime/system.hpp") + "\n",
        }, "actors/room.cpp:2", "heavy headers")

    def test_headers_that_include_each_other_do_not_hang_the_check(self):
        self.assert_clean({"runtime/a.hpp": header(ours("runtime/b.hpp")),
                           "runtime/b.hpp": header(ours("runtime/a.hpp")),
                           "actors/c.cpp": "#include " + ours("runtime/a.hpp") + "\n"})

    def test_an_own_header_without_its_folder_is_caught(self):
        self.assert_caught({"actors/a.cpp": '#include "room.hpp"\n'}, "actors/a.cpp:1", "own includes")
        self.assert_caught({"actors/a.cpp": '#include "../storage/room.hpp"\n'}, "actors/a.cpp:1", "own includes")

    def test_an_own_header_in_angle_brackets_is_caught(self):
        self.assert_caught({"actors/a.cpp": "#include <actors/room.hpp>\n"}, "actors/a.cpp:1", "own includes")
        self.assert_caught({"actors/a.cpp": "#include <storage/store.hpp>\n"}, "actors/a.cpp:1", "arrows", count=2)

    def test_a_commented_include_is_none(self):
        self.assert_clean({"actors/a.cpp": "// #include <caf/all.hpp>\n"})

    def test_a_file_of_501_lines_is_caught_and_one_of_500_is_not(self):
        for name in ["actors/a.cpp", "actors/a.hpp", "gateway/web/app.js", "tests/browser/run.mjs"]:
            with self.subTest(name=name):
                self.assert_clean({name: "#pragma once\n" + "\n" * 499})
                self.assert_caught({name: "#pragma once\n" + "\n" * 500}, f"{name}:501", "size")

    def test_files_of_others_are_not_measured(self):
        self.assert_clean({"actors/a.cpp": "\n", "tests/browser/node_modules/x/y.js": "\n" * 900})

    def test_a_header_without_pragma_once_is_caught(self):
        self.assert_caught({"actors/a.hpp": "struct x;\n"}, "actors/a.hpp:1", "pragma once")
        self.assert_caught({"tests/support/a.hpp": "// #pragma once\n"}, "tests/support/a.hpp:1", "pragma once")

    def test_a_long_readme_is_caught(self):
        self.assert_caught({"actors/a.cpp": "\n", "actors/README.md": "\n" * 61}, "actors/README.md:61", "readme")
        self.assert_caught({"actors/a.cpp": "\n", "tests/bench/README.md": "\n" * 61}, "tests/bench/README.md:61",
                           "readme")

    def test_a_folder_without_readme_is_caught(self):
        result = self.run_on({"actors/a.cpp": "\n", "actors/README.md": "# x\n"}, readmes=False)
        self.assertEqual(result.returncode, 1)
        self.assertNotIn("actors/README.md", result.stdout)
        for name in set(FOLDERS) - {"actors"}:
            self.assertIn(f"{name}/README.md:1: [readme]", result.stdout)

    def test_a_tree_without_sources_is_no_success(self):
        result = self.run_on({})
        self.assertEqual(result.returncode, 1)
        self.assertIn("nothing was checked", result.stdout)

    def test_help_says_what_it_does_and_how_long_it_takes(self):
        result = subprocess.run([sys.executable, str(LAYERING), "--help"], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0)
        self.assertIn("under a second", result.stdout)

    def test_an_unknown_option_is_refused(self):
        result = subprocess.run([sys.executable, str(LAYERING), "--bogus"], capture_output=True, text=True,
                                check=False)
        self.assertEqual(result.returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)

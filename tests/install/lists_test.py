# SPDX-License-Identifier: Apache-2.0
"""What is written down twice agrees: the RTL's file list and FuseSoC's, the version everywhere."""
import os
import pathlib
import re
import unittest

SOURCE = pathlib.Path(os.environ['SUMAC_SOURCE'])
VERSION = os.environ['SUMAC_VERSION']


def read(name):
    return (SOURCE / name).read_text(encoding='utf-8')


class ListsTest(unittest.TestCase):
    def test_the_core_file_lists_the_rtl(self):
        listed = re.findall(r'^      - (\S+\.sv)$', read('rtl/sumac.core'), flags=re.M)
        self.assertEqual(listed, read('rtl/sumac.f').split())
        headers = re.findall(r'^      - (\S+\.svh): ', read('rtl/sumac.core'), flags=re.M)
        self.assertEqual(sorted(headers), sorted(p.name for p in SOURCE.glob('rtl/*.svh')))

    def test_the_core_file_has_the_parameters_of_the_top(self):
        declared = re.findall(r'^  (\w+):\n    datatype: int$', read('rtl/sumac.core'), flags=re.M)
        self.assertGreater(len(declared), 5)
        for name in declared:
            self.assertRegex(read('rtl/sumac_top.sv'), rf'parameter int {name} ')

    def test_one_version(self):
        self.assertIn(f'name: ::sumac:{VERSION}\n', read('rtl/sumac.core'))
        self.assertIn(f'\nversion: {VERSION}\n', read('CITATION.cff'))
        self.assertEqual(re.search(r'^## (\S+?),? ', read('CHANGELOG.md'), flags=re.M)[1], VERSION)


unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""The completion and the manual pages have what --help prints, all of it."""
import os
import pathlib
import re
import subprocess
import unittest

BUILD = pathlib.Path(os.environ['SUMAC_BUILD'])
PROGRAM = str(BUILD / 'bin/sumac')
COMPLETION = str(BUILD / 'help/completion/sumac')
PAGES = BUILD / 'help/man'


def help_of(words):
    return subprocess.run([PROGRAM, *words, '--help'], check=True, capture_output=True,
                          text=True).stdout


def complete(*words):
    """What bash offers for the last of the words."""
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sumac; echo "${COMPREPLY[@]}"'
    return set(subprocess.run(['bash', '-c', script, 'bash', COMPLETION, 'sumac', *words],
                              check=True, capture_output=True, text=True).stdout.split())


def subcommands(text):
    listed = text.partition('\nSubcommands:\n')[2].partition('\n\n')[0]
    return re.findall(r'^  (\S+)', listed, flags=re.M)


def commands(words=()):
    yield words
    for name in subcommands(help_of(words)):
        yield from commands((*words, name))


class HelpTest(unittest.TestCase):
    def test_every_command_and_option_is_completed(self):
        self.assertIn(('op', 'pam'), list(commands()))
        for words in commands():
            text = help_of(words)
            # Whatever in the list of options begins with two dashes at the line's head.
            options = set(re.findall(r'^  (?:-\w[ A-Z]*, ?)?(--[a-z-]+)', text, flags=re.M))
            self.assertGreater(len(options), 0, words)
            self.assertEqual({w for w in complete(*words, '') if w.startswith('--')}, options)
            self.assertEqual({w for w in complete(*words, '') if not w.startswith('-')},
                             set(subcommands(text)))

    def test_values_are_completed(self):
        self.assertEqual(complete('gemm', '--engine', 's'), {'simd'})
        self.assertEqual(complete('op', 'pam', '--engine', 're'), {'reference'})
        self.assertEqual(complete('synth', '--mul', ''), {'pam', 'ieee'})
        self.assertEqual(complete('gemm', '--mul', ''), {'pam', 'ieee'})
        self.assertEqual(complete('infer', '--format', ''), {'fp32', 'bf16'})  # and e8mN
        self.assertEqual(complete('train', '--mul-free', ''), {'gemm', 'all'})
        self.assertEqual(complete('gemm', '--out', ''), set())  # bash then offers files
        self.assertEqual(complete('gemm', '--engine', 'simd', '--th'), {'--threads'})

    def test_every_command_has_its_page(self):
        if not any(PAGES.iterdir()):
            self.skipTest('help2man was not installed when this was built')
        names = {'-'.join(('sumac', *words)) + '.1' for words in commands()}
        self.assertEqual({page.name for page in PAGES.iterdir()}, names)
        page = (PAGES / 'sumac-gemm.1').read_text(encoding='utf-8').replace('\\-', '-')
        for option in re.findall(r'^  (--[a-z-]+)', help_of(['gemm']), flags=re.M):
            self.assertIn(option, page)
        self.assertIn('sumac-gemm - One matrix product', page)


unittest.main()

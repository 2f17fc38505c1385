# SPDX-License-Identifier: Apache-2.0
"""The synthesis flow behind sumac-synth: standard library only."""


class Wrong(Exception):
    """The call or its input is wrong; the message is one sentence."""


class Failed(Exception):
    """A tool failed, or a check did."""

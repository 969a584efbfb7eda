"""The page of the settings: variables by name, what they were called before, and exit codes."""

from __future__ import annotations

INTRO = """# Settings and exit codes

## Where a setting comes from

A flag stands before its variable, the variable before the configuration file, the file before the default. An empty
variable counts as none. The file is that of btcli, `~/.bittensor/btcli.json` or what `BTCLI_CONFIG` names: a JSON
object with the names of flags, such as `{"network": "test", "wallet": "me", "hotkey": "hot"}`. All
commands that take a network, a subnet or a wallet go by it.

A variable `TAOKIT_…` that means nothing is warned about, with the name that was probably meant. `taokit doctor` says
the same before a neuron starts.
"""

OTHERS = """## Variables without a flag

| variable | meaning |
|---|---|
| `BTCLI_CONFIG` | The configuration file, in place of `~/.bittensor/btcli.json`. |
| `BT_CHAIN_ENDPOINT` | The address that the network `local` stands for. |
| `BT_WALLET_PASSWORD` | The password of an encrypted key. |
| `BT_WALLET_PASSWORD_FILE` | A file whose first line is that password. |
| `BT_NO_PARSE_CLI_ARGS` | Where it is on, `taokit.run` and `taokit.compat` leave the command line to your script. |
| `TAOKIT_MNEMONIC` | A hotkey's words or its seed, in place of a wallet. No flag: others can read a command line. |
| `TAOKIT_NAME` | The setting `name` of your class, whatever it is called: the same as `--set name=VALUE`. |
| `XDG_STATE_HOME` | Where state is kept without `--state-dir`: in `taokit` below it. Without it, `~/.local/state`. |
"""

CODES = """## Exit codes

| code | meaning | what a supervisor should do |
|---|---|---|
| 0 | Done, or stopped by Ctrl-C or a signal. | Nothing. |
| 1 | It crashed; or, see below, the answer is no. | Start it again. |
| 2 | Something that you can set right: a flag, a file, a key, a missing extra. The hint says how. | Leave it. |
| 3 | The chain cannot be reached. | Start it again, after a pause. `--retry-forever yes` waits instead. |
| 4 | The hotkey has no uid on the subnet, or no longer. | Leave it: a registration costs money. |

Commands that judge (`yuma run`, `conformance`, `wire ask`, `wire load`, `migrate`) and commands that send
(`weights set`, `chain call`) exit with 1 when the answer is no.

`taokit miner` and `taokit validator` run below a supervisor of their own, which starts a neuron again when it is stuck.
Every other end is passed on, with its code.
"""


def settings_page() -> str:
    """Markdown with every variable, every former name and every exit code."""
    from taokit.run import OPTIONS

    named = sorted((name, option) for option in OPTIONS for name in option.variables)
    rows = [f"| `{name}` | `{option.flag}` |" for name, option in named]
    former = [
        f"| `{old}` | `{new}` |"
        for option in OPTIONS
        for olds, new in ((option.dotted, option.flag), (option.old, option.variables[0]))
        for old in olds
    ]
    return "\n".join(
        [
            INTRO,
            "## Variables of flags\n",
            "What each flag means stands under [options of neurons](cli.md#options-of-neurons).\n",
            "| variable | flag |\n|---|---|",
            *rows,
            "| `TAOKIT_DEVNET_URL` | `--url` of the commands below `taokit devnet` |",
            "",
            OTHERS,
            "## Names of SDK 10\n",
            "They are understood, with a warning that names today's.\n",
            "| then | now |\n|---|---|",
            *former,
            "| `--logging.debug`, `BT_LOGGING_DEBUG` | `-v` |",
            "| `--logging.trace`, `BT_LOGGING_TRACE` | `-vv` |",
            "",
            CODES,
        ]
    )

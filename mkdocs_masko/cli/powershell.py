"""Completion in PowerShell, which click does not know."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar

from click.shell_completion import ShellComplete, add_completion_class, split_arg_string

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# https://learn.microsoft.com/powershell/module/microsoft.powershell.core/register-argumentcompleter
# Where nothing is written, PowerShell completes the names of files by itself.
_SCRIPT = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $line = $commandAst.ToString()
    if ($line.Length -gt $cursorPosition) {
        $line = $line.Substring(0, $cursorPosition)
    }
    $Env:%(complete_var)s = 'powershell_complete'
    $Env:COMP_WORDS = $line
    $Env:COMP_CWORD = $wordToComplete
    try {
        %(prog_name)s | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            [System.Management.Automation.CompletionResult]::new(
                $value, $value, 'ParameterValue', $help)
        }
    } finally {
        # An empty word has left no variable behind.
        Remove-Item Env:%(complete_var)s, Env:COMP_WORDS, Env:COMP_CWORD -ErrorAction Ignore
    }
}
"""


class PowerShellComplete(ShellComplete):
    """What PowerShell asks for, and how it gets it."""

    name: ClassVar[str] = "powershell"
    source_template: ClassVar[str] = _SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is being typed, and that one."""
        words = split_arg_string(os.environ["COMP_WORDS"])[1:]
        incomplete = os.environ.get("COMP_CWORD", "")
        # PowerShell has the word among the others too, as far as it has been typed.
        return words[:-1] if incomplete and words else words, incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """Write a suggestion and, after a tab, what it does; the latter must not be empty."""
        help_ = (item.help or "").replace("\t", " ").replace("\n", " ")
        return f"{item.value}\t{help_ or item.value}" if item.type == "plain" else ""


add_completion_class(PowerShellComplete)

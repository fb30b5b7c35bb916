"""The commands that look after a workspace: worker, jobs, backup, restore, prune. Only Typer is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from custrata.cli.parameters import AsJson, Where, Workspace


def worker(
    scheme: Where = None,
    workspace: Workspace = Path(),
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end.  只做当前到期的任务。")] = False,
    every: Annotated[
        float,
        typer.Option("--every", min=1, metavar="SECONDS", help="How often to look at the clock.  多久查看一次，秒。"),
    ] = 30,
    as_json: AsJson = False,
) -> None:
    """Do what the scheme's schedule says, when it is due.  按方案的排程到期执行。"""
    from custrata.cli import workspace_care_commands as commands

    commands.worker(scheme or workspace, once, every, as_json)


def jobs(scheme: Where = None, workspace: Workspace = Path(), as_json: AsJson = False) -> None:
    """List the schedule: how it went last, what comes next.  列出排程：上次结果与下次时间。"""
    from custrata.cli import workspace_care_commands as commands

    commands.jobs(scheme or workspace, as_json)


def backup(
    target: Annotated[
        Path,
        typer.Argument(metavar="FILE.zip|FOLDER", help="The file, or a folder for it.  备份文件，或存放它的文件夹。"),
    ],
    workspace: Workspace = Path(),
    with_data: Annotated[
        bool, typer.Option("--with-data", help="The files in data/ too.  连同数据文件夹中的文件。")
    ] = False,
    with_facts: Annotated[
        bool,
        typer.Option("--with-facts", help="The loaded facts too, while nobody writes.  连同已载入的业务事实。"),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy all that cannot be made again into one file.  备份无法重新生成的一切。"""
    from custrata.cli import workspace_care_commands as commands

    commands.backup(workspace, target, with_data, with_facts, as_json)


def restore(
    archive: Annotated[Path, typer.Argument(metavar="FILE.zip", help="A backup.  备份文件。")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder without a workspace.  无工作区的文件夹。")],
    as_json: AsJson = False,
) -> None:
    """Make the workspace of a backup again, in a new folder.  把备份恢复到新文件夹。"""
    from custrata.cli import workspace_care_commands as commands

    commands.restore(archive, folder, as_json)


def prune(
    workspace: Workspace = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.  只列出将清理的。")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove the runs that the scheme does not keep.  清理方案不再保留的批次。"""
    from custrata.cli import workspace_care_commands as commands

    commands.prune(workspace, dry_run, as_json)


def register(app: typer.Typer, cls: Any) -> None:
    """Adds the commands to the program."""
    for command in (worker, jobs, backup, restore, prune):
        app.command(cls=cls)(command)

/** A directory for a test, with a repository if it wants one. */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Answers } from "../src/answer.ts"
import type { AskOf } from "@holdfast/link/file-messages"
import type { FilesAnswers } from "@holdfast/link/file-messages"

/** Its parts: `root` is where a session would work, `kept` the session's own directory. */
export class Workplace {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-files-")))
  readonly root = join(this.path, "work")
  readonly kept = join(this.path, "kept")
  readonly answers = new Answers()
  /** `PATH` as it was. */
  #path: string | undefined

  constructor() {
    mkdirSync(this.root)
    mkdirSync(this.kept)
  }

  /** Writes a file. */
  lay(path: string, content: string | Uint8Array = ""): void {
    const file = join(this.root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }

  /** Runs Git as a person would. */
  git(...args: ReadonlyArray<string>): string {
    const env = {
      PATH: process.env["PATH"],
      HOME: this.path,
      GIT_AUTHOR_NAME: "a",
      GIT_AUTHOR_EMAIL: "a@b",
      GIT_COMMITTER_NAME: "a",
      GIT_COMMITTER_EMAIL: "a@b",
    }
    return execFileSync("git", args, { cwd: this.root, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
  }

  /** A repository on the branch `main` whose only commit has what was laid. */
  repository(): void {
    this.git("init", "-q", "-b", "main")
    this.commit()
  }

  commit(): void {
    this.git("add", "-A")
    this.git("commit", "-q", "--allow-empty", "-m", "c")
  }

  /** Puts a program of the name `git` before Git: a script that may end with `real`, which is Git. */
  gitIs(script: string): void {
    const place = join(this.path, "programs")
    const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim()
    mkdirSync(place)
    writeFileSync(join(place, "git"), `#!/bin/sh\nreal() { exec ${real} "$@"; }\n${script}\n`, { mode: 0o755 })
    this.#path = process.env["PATH"]
    process.env["PATH"] = `${place}:${this.#path}`
  }

  search(query: string, more: Partial<AskOf<"search">> = {}): Promise<FilesAnswers["search"]> {
    const { root, kept } = this
    return this.answers.answer({ ask: "search", guarded: [], root, kept, query, limit: 50, ...more }) as Promise<
      FilesAnswers["search"]
    >
  }

  changes(base: AskOf<"changes">["base"] = "uncommitted", root = this.root): Promise<FilesAnswers["changes"]> {
    return this.answers.answer({ ask: "changes", guarded: [], root, kept: this.kept, base }) as Promise<FilesAnswers["changes"]>
  }

  diff(path: string, more: Partial<AskOf<"diff">> = {}): Promise<FilesAnswers["diff"]> {
    const { root, kept } = this
    return this.answers.answer({
      ask: "diff",
      guarded: [],
      root,
      kept,
      base: "uncommitted",
      path,
      context: 3,
      ...more,
    }) as Promise<FilesAnswers["diff"]>
  }

  snapshot(turn: string): Promise<FilesAnswers["snapshot"]> {
    const { root, kept } = this
    return this.answers.answer({ ask: "snapshot", guarded: [], root, kept, turn }) as Promise<FilesAnswers["snapshot"]>
  }

  directories(path: string, more: Partial<AskOf<"directories">> = {}): Promise<FilesAnswers["directories"]> {
    const ask = {
      ask: "directories",
      guarded: [],
      path,
      roots: [this.path],
      hidden: false,
      prefix: "",
      limit: 200,
      ...more,
    } as const
    return this.answers.answer(ask) as Promise<FilesAnswers["directories"]>
  }

  read(path: string, more: Partial<AskOf<"read">> = {}): Promise<FilesAnswers["read"]> {
    return this.answers.answer({ ask: "read", guarded: [], root: this.root, path, ...more }) as Promise<FilesAnswers["read"]>
  }

  remove(): void {
    if (this.#path !== undefined) process.env["PATH"] = this.#path
    rmSync(this.path, { recursive: true, force: true })
  }
}

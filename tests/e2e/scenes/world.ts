/** What there is to see in pictures: a project in Git, sessions with a past, and what they do now. Names and times are the same in each run. */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { recordOf, sendText } from "@holdfast/testkit/agent-session"
import { eventually } from "@holdfast/testkit/eventually"
import { seedPasts } from "@holdfast/testkit/seeded-past"
import type { RunningApp } from "../app.ts"
import { PASTS, QUIET } from "./pasts.ts"

/** Names of the sessions of a world. */
export type SceneName = keyof typeof PASTS | "bench" | "exited" | "forked" | "shell" | "test"

/** The project in which sessions work. */
export interface Project {
  readonly path: string
  readonly remove: () => void
}

const BEFORE = `/** Folds finished turns, so that a log is as long as what people read of it. */
export async function foldRuns(store: Store, records: Records, epoch: number) {
  for (const run of runsOf(records)) {
    await store.fold(run)
  }
}

/** Runs of chunks that belong to one turn. */
export function runsOf(records: Records): ReadonlyArray<Run> {
  return records.filter(({ channel }) => channel === "agent").map(asRun)
}
`
const AFTER = BEFORE.replace("  for (const", "  const batch: Array<Folded> = []\n  for (const")
  .replace("await store.fold(run)", "batch.push(foldedFrom(run))")
  .replace("  }\n}\n\n/** Runs", "  }\n  await store.foldAll(batch, { epoch })\n}\n\n/** Runs")

/** A repository with a branch and changes that are not committed. */
export function makeProject(): Project {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-scenes-")))
  const path = join(root, "src/holdfast")
  const lay = (name: string, text: string): void => {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" }
  const git = (...args: ReadonlyArray<string>): unknown =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: path, env })
  lay("packages/core/src/agent/fold.ts", BEFORE)
  lay("packages/store/src/sqlite/fold.ts", "/** Folds one run. */\nexport const fold = (run: Run) => write(run)\n")
  lay("README.md", "# Project\n")
  git("init", "-q", "-b", "main")
  git("add", "-A")
  git("commit", "-q", "-m", "Begin")
  git("switch", "-q", "-c", "fold-once")
  lay("packages/core/src/agent/fold.ts", AFTER)
  lay("packages/store/src/sqlite/fold.ts", "/** Folds all runs at once. */\nexport const foldAll = (runs: Runs) => write(runs)\n")
  lay("packages/store/test/fold.test.ts", 'it("folds a whole turn in one statement", () => undefined)\n')
  return { path, remove: () => rmSync(root, { recursive: true, force: true }) }
}

const C = (code: number, text: string): string => `\\033[${code}m${text}\\033[0m`

const PROMPT = `${C(34, "~/src/holdfast")} ${C(35, "fold-once")} $ `

/** What a terminal shows that ran tests. */
const TESTS = [
  `${PROMPT}git status --short`,
  ` ${C(33, "M")} packages/core/src/agent/fold.ts`,
  ` ${C(33, "M")} packages/store/src/sqlite/fold.ts`,
  `${PROMPT}git diff --stat`,
  ` packages/core/src/agent/fold.ts    |  3 ${C(32, "++")}${C(31, "-")}`,
  ` packages/store/src/sqlite/fold.ts  | 42 ${C(32, "++++++++++++++")}${C(31, "--")}`,
  `${PROMPT}npm test -- --run packages/core packages/store`,
  ` ${C(36, "RUN")}  ~/src/holdfast`,
  "",
  ` ${C(32, "✓")} packages/core/test/cursor.test.ts ${C(90, "(31 tests)")} 44 ms`,
  ` ${C(32, "✓")} packages/core/test/evolve.test.ts ${C(90, "(58 tests)")} 212 ms`,
  ` ${C(32, "✓")} packages/store/test/contract.memory.test.ts ${C(90, "(64 tests)")} 388 ms`,
  ` ${C(31, "✗")} packages/core/test/agent/fold.test.ts ${C(90, "(12 tests |")} ${C(31, "1 failed")}${C(90, ")")} 96 ms`,
  `   ${C(31, "→")} folds each run of chunks ${C(90, "expected 14 statements, got 1")}`,
  ` ${C(32, "✓")} packages/store/test/contract.sqlite.test.ts ${C(90, "(64 tests)")} 1.9 s`,
  "",
  ` Test Files  ${C(31, "1 failed")} ${C(90, "|")} ${C(32, "11 passed")} (12)`,
  `      Tests  ${C(31, "1 failed")} ${C(90, "|")} ${C(32, "213 passed")} (214)`,
  "   Duration  6.4 s",
]

const SHELL = `\\[\\033[34m\\]~/src/holdfast\\[\\033[0m\\] \\[\\033[35m\\]fold-once\\[\\033[0m\\] $ `

/** A shell with what was printed before. */
function shellBody(label: string, lines: ReadonlyArray<string>, cwd: string): object {
  return {
    label,
    cwd,
    command: "bash",
    args: ["-c", `printf '%b' "$SHOWN"; exec env PS1="$PROMPT" bash --norc --noprofile -i`],
    env: { SHOWN: lines.map((line) => `${line}\\n`).join(""), PROMPT: SHELL, HISTFILE: "/dev/null" },
  }
}

/** A program that prints a line and does something else then. */
const printing = (label: string, line: string, then: string, cwd: string): object => ({
  label,
  cwd,
  command: "bash",
  args: ["-c", `echo '${line}'; ${then}`],
})

/** Starts a terminal, and loses what runs it. */
async function lose(app: RunningApp, start: () => Promise<string>): Promise<void> {
  const id = await start()
  await eventually("it prints", 20_000, async () => {
    const { body } = await app.hub.call<{ readonly text: string }>("GET", `/api/sessions/${id}/screen`)
    return body.text.trim() === "" ? undefined : true
  })
  for (const pid of app.hub.runners()) process.kill(pid, "SIGKILL")
  await eventually("it is lost", 30_000, async () => ((await recordOf(app.hub, id)).process === "lost" ? true : undefined))
}

/** The sessions by their names. */
export type Ids = Readonly<Record<SceneName, string>>

/** Writes the past of all sessions into a hub that has stopped, starts it, and lets them do what they do now. */
export async function makeWorld(app: RunningApp, { path: cwd }: Project): Promise<Ids> {
  const now = Date.now()
  await app.hub.kill("SIGTERM")
  const names = Object.keys(PASTS) as ReadonlyArray<keyof typeof PASTS>
  const stored = await seedPasts(app.hub.data, [
    ...names.map((name) => PASTS[name](cwd, now)),
    ...QUIET.map((quiet) => quiet(cwd, now)),
  ])
  await app.hub.start()
  const ids: Record<string, string> = Object.fromEntries(names.map((name, at) => [name, stored[at] as string]))
  await Promise.all(
    stored.filter((id) => id !== ids["finished"]).map((id) => app.hub.call("PUT", `/api/sessions/${id}/seen`, {})),
  )
  await act(app, ids, cwd)
  return ids as Ids
}

/** What the living sessions are asked. */
const ASKED: ReadonlyArray<readonly [name: keyof typeof PASTS, text: string]> = [
  ["asks", "Run the tests of the fold, and update what they expect."],
  ["diff", "Make the name of the file safe, too."],
  ["question", "Upgrade vite to 8.3. Ask me before you drop anything."],
  ["plan", "Export the traces every night. Plan it first."],
  ["working", "Explain the epoch fence to someone who has never seen it."],
  ["porting", "Give the file store the same suite as SQLite. Nothing skipped without a reason."],
  ["queue", "Rename run to session in all documents."],
]

const QUEUED = [
  "Then bring CHANGELOG up to date, one line.",
  "Run the check, and mend what it says.",
  "Look for the old word in examples, too.",
  "Tell me which links broke.",
  "Commit it when all is green.",
]

async function act(app: RunningApp, ids: Record<string, string>, cwd: string): Promise<void> {
  const id = (name: string): string => ids[name] as string
  const make = async (name: SceneName, body: object): Promise<void> => void (ids[name] = (await app.terminal(body)).id)
  await lose(app, async () => {
    await make("bench", printing("Bench fan-out 100", "fan-out 100, warming up: 14,210 events", "sleep 1000", cwd))
    return id("bench")
  })
  await make("exited", printing("Lint everything", "3 findings in packages/store", "exit 3", cwd))
  await make("shell", shellBody("zsh ~/src/holdfast", [], cwd))
  await make("test", shellBody("npm test", TESTS, cwd))
  for (const [name, text] of ASKED) await sendText(app.hub, id(name), text)
  for (const name of ["asks", "diff", "question", "plan"])
    await eventually(`${name} asks`, 20_000, async () =>
      (await recordOf(app.hub, id(name))).permissions.length > 0 ? true : undefined,
    )
  await eventually("the queue's turn streams", 20_000, async () =>
    (await recordOf(app.hub, id("queue"))).turn.status === "streaming" ? true : undefined,
  )
  for (const text of QUEUED) await sendText(app.hub, id("queue"), text)
  const { body } = await app.hub.call<{ readonly id: string }>("POST", `/api/sessions/${id("finished")}/fork`, {
    label: "Fix the resume test another way",
  })
  ids["forked"] = body.id
  await app.hub.call("PUT", `/api/sessions/${body.id}/seen`, {})
}

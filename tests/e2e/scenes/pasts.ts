/** The sessions of pictures, and what each did before. */
import type { Past } from "@holdfast/testkit/seeded-past"
import { type Deed, type PastTalk, type PastTurn, talk, terminal } from "./past.ts"

const read = (file: string): Deed => ({ call: "Read", input: { file_path: file }, output: "export {}\n" })
const search = (pattern: string): Deed => ({ call: "Grep", input: { pattern, path: "packages" }, output: "14 hits" })
const run = (command: string): Deed => ({ call: "Bash", input: { command }, output: { output: "ok\n", exitCode: 0 } })

const FOLD = {
  file_path: "packages/core/src/agent/fold.ts",
  old_string: "  for (const run of runsOf(records)) {\n    await store.fold(run)\n  }",
  new_string:
    "  for (const run of runsOf(records)) {\n    batch.push(foldedFrom(run))\n  }\n  await store.foldAll(batch, { epoch })",
}

const PRUNE = {
  file_path: "packages/store/src/files/prune.ts",
  old_string: "  const path = join(root, name)\n  await rm(path, { recursive: true })",
  new_string:
    '  const path = join(root, basename(name))\n  if (!name.endsWith(".sealed")) throw new NotASegment(name)\n  await rm(path)',
}

const FOLDING: ReadonlyArray<PastTurn> = [
  {
    ago: 29,
    asked: "How often does a crash leave a turn unfolded today?",
    did: [
      search("foldedUpTo"),
      read("packages/hub/src/agent/fold.ts"),
      read("packages/hub/src/agent/turn.ts"),
      read("packages/hub/src/agent/close.ts"),
      {
        say: "Every crash that lands between `turn/ended` and the last fold, so about one in forty restarts under the fault suite. The next open folds what is left.",
      },
    ],
    took: 95,
  },
  {
    ago: 21,
    asked:
      "Folding takes one statement per run of chunks. A long turn has thousands. Make it one statement per turn, and keep the crash rule.",
    did: [
      { think: "A fold replaces ranges, so a batch can be one transaction if the epoch is compared once." },
      read("packages/core/src/agent/fold.ts"),
      read("packages/store/src/sqlite/fold.ts"),
      read("packages/store/src/Store.ts"),
      {
        say: "The store already compares the epoch inside `fold`. I will add `foldAll` beside it, which takes the ranges of a whole turn and does the comparison once. If it dies in the middle, nothing was folded and the next open folds again.",
      },
      { call: "Edit", input: FOLD },
      run("npm run typecheck"),
      { say: "Types hold. The old test counts statements and now expects too many." },
    ],
    took: 380,
    waited: [120, 70],
  },
]

const short = (ago: number, asked: string, say: string, took = 60): ReadonlyArray<PastTurn> => [
  { ago, asked, did: [{ say }], took },
]

type Made = (cwd: string, now: number) => Past

const made =
  (given: Omit<PastTalk, "cwd">): Made =>
  (cwd, now) =>
    talk({ ...given, cwd }, now)

const ALLOW = { permissions: "allow", pace: 40 }

const FENCE =
  '[[used 24000 0.09]][[say An epoch is a number that only grows. Whoever opens a log takes the next one, and every write says which epoch it was made in.]][[say \n\nA process that was frozen for a minute does not know that another one has opened the log since. It writes as if nothing had happened. The store compares: **the epoch of the write is older than that of the log**, so the write is refused, and the process lets go.\n\n```ts\nif (write.epoch < log.epoch) return { _tag: "EpochLost", epoch: log.epoch }\n```\n\nThat is all the fence is.]][[slow 1000 2500 The number is compared inside the transaction that writes, so there is no moment between the two in which someone else could take the log over.]]'

const PORT = `[[used 24000 0.09]][[tool Read {"file_path":"packages/store/src/contract/suite.ts"}]][[tool Read {"file_path":"packages/store/src/files/FileStore.ts"}]][[tool TodoWrite {"todos":[{"content":"List what the contract asks of a store","status":"completed"},{"content":"Map each rule to a test of the file store","status":"completed"},{"content":"Find the tests that only SQLite has","status":"in_progress","activeForm":"Finding the tests that only SQLite has"},{"content":"Write those that are missing","status":"pending"}]}]][[tool Grep {"pattern":"S-22","path":"packages/store"}]][[say Two rules have no test of their own in the file store. Both need a log that is long enough to be cut]][[wait 3000000]]`

/** The sessions that have a name in a world. */
export const PASTS = {
  asks: made({
    label: "Fold finished turns in one pass",
    turns: FOLDING,
    used: [76, 0.41],
    script: [
      "[[used 76000 0.41]][[say The number of the test changes from 14 to 1. I will add one for a crash between two runs, too.]][[bash npm test -- --run packages/core/test/agent/fold.test.ts --update]]",
    ],
  }),
  diff: made({
    label: "Prune sealed segments",
    turns: short(18, "Delete sealed segments that no cursor needs.", "Done for segments that are older than every cursor.", 130),
    used: [31, 0.12],
    script: [`[[used 31000 0.12]][[tool Edit ${JSON.stringify(PRUNE)}]]`],
  }),
  question: made({
    label: "Upgrade vite to 8.3",
    turns: short(26, "Which of our dependencies are behind?", "Vite is one minor version behind, all others are current."),
    script: [
      "[[ask Keep the legacy plugin? It is the only thing that needs the old build target.|Keep it, and pin it|Drop it|Ask again after the upgrade]]",
    ],
  }),
  plan: made({
    label: "Nightly export",
    turns: [],
    script: [
      "[[plan ## Export the traces every night\n\n1. Add `holdfast export --since yesterday`, which writes one file for each session.\n2. Run it from a timer at 02:30; a run that is still going is not started twice.\n3. Keep 30 nights. What is older is deleted after the new one was written.\n\nNothing outside of `~/exports` is touched.]]",
    ],
  }),
  working: made({
    label: "Explain the epoch fence",
    turns: short(11, "What happens if two processes open one log?", "The later one wins; the other is told at its next write."),
    used: [12, 0.05],
    options: ALLOW,
    script: [FENCE],
  }),
  porting: made({ label: "Port the SQLite suite", turns: [], options: ALLOW, script: [PORT] }),
  queue: made({
    label: "Rename run to session in docs",
    turns: [],
    options: ALLOW,
    script: ["[[say I will go through the documents one by one, beginning with the protocol.]][[wait 3000000]]"],
  }),
  finished: made({
    label: "Fix the flaky resume test",
    turns: [
      {
        ago: 40,
        asked: "The resume test fails one time in thirty. Find out why.",
        did: [
          search("resume"),
          run("npm test -- resume --repeat 60"),
          {
            say: "It reads the clock before the server has answered. When both fall into the same millisecond, the order is open.\n\n| | before | after |\n|---|---|---|\n| runs | 60 | 600 |\n| failures | 2 | 0 |",
          },
        ],
        took: 300,
      },
      short(24, "Mend it.", "Mended: it waits for the answer. 600 runs without a failure.", 110)[0] as PastTurn,
    ],
    used: [42, 0.22],
  }),
  held: made({
    label: "Review: guard and rebinding",
    turns: short(70, "Review the guard.", "Two findings, both about hosts that are names."),
    waits: ["Mend the first one.", "Then the second."],
    hold: { reason: "person" },
  }),
  limit: made({
    label: "Write the release notes",
    turns: [
      {
        ago: 58,
        asked: "Draft the notes of 0.2 from the changelog.",
        did: [{ say: "I have read the changelog, and begun with what people see first." }],
        took: 40,
        outcome: "error",
        error: "Claude usage limit reached. It resets within the hour.",
      },
    ],
    waits: ["Make it shorter than the last ones."],
    hold: { reason: "usage-limit", message: "It resets within the hour.", minutes: 47 },
  }),
  interrupted: made({
    label: "Why is attach slow at 500k events",
    turns: [
      {
        ago: 240,
        asked: "Measure an attach to a log of 500,000 events.",
        did: [run("npm run bench -- --only attach"), { say: "The snapshot is read in 3 ms; what follows is" }],
        took: 80,
        outcome: "interrupted",
      },
    ],
  }),
  failed: made({
    label: "Read the JSON Lines import",
    turns: [
      {
        ago: 300,
        asked: "Does the import keep the order of messages?",
        did: [read("packages/agents/src/import.ts"), { say: "It sorts by time, and" }],
        took: 30,
        outcome: "error",
        error: "the model answered with status 529: it is overloaded",
      },
    ],
  }),
  lost: made({
    label: "Migrate the old data",
    turns: [
      {
        ago: 180,
        asked: "Convert the data of 0.1, and compare the counts.",
        did: [run("node convert.mjs data-old data-new"), { say: "Half of the sessions are converted." }],
        took: 600,
        outcome: "lost",
        error: "its process was lost with the runner",
      },
    ],
  }),
  trimmed: made({
    label: "Watch the nightly builds",
    turns: Array.from({ length: 12 }, (_, at): PastTurn => ({
      ago: 2000 - at * 100,
      asked: `How was the build of night ${at + 1}?`,
      did: [run("npm run builds"), { say: "All green." }],
      took: 40,
    })),
    trimmed: 40,
  }),
} satisfies Readonly<Record<string, Made>>

/** Sessions that are only there. */
export const QUIET: ReadonlyArray<Made> = [
  made({ label: "Release notes 0.2", turns: short(120, "Collect what changed.", "Collected.") }),
  (cwd, now) =>
    terminal({ label: "psql staging", cwd, command: "psql", ago: [400, 181], output: "staging=> \r\n", end: { code: 0 } }, now),
  made({ label: "Rename run to session in docs, first try", turns: short(1500, "Rename it.", "Stopped half-way.") }),
  made({ label: "Sort the examples by length", turns: short(3000, "Sort them.", "Sorted.") }),
]

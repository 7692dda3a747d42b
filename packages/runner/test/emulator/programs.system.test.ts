import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import pty from "@lydell/node-pty"
import { afterAll, beforeAll, expect, it } from "vitest"
import { ChildTerminal } from "../../src/emulator/ChildTerminal.ts"
import { checkpointOf } from "./checkpoint-fuzz.ts"
import { randomFrom } from "./streams.ts"
import { difference } from "./terminal-state.ts"

const COLS = 90
const ROWS = 30
const CUTS = 60
const TMUX = `holdfast-${process.pid}`

const isInstalled = (program: string): boolean => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0

let folder = ""
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-programs-"))
  const text = Array.from({ length: 400 }, (_, at) => `line ${at} \t日本語 é 👍🏽 👩‍👩‍👧 ${"word ".repeat(at % 30)}`).join("\n")
  writeFileSync(join(folder, "text.txt"), text)
  writeFileSync(join(folder, "code.c"), `#include <stdio.h>\n${"int main(void) { return 0; /* 日本 */ }\n".repeat(80)}`)
})
afterAll(() => {
  if (isInstalled("tmux")) spawnSync("tmux", ["-L", TMUX, "kill-server"])
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

const open = (answer: (data: string) => void) => new ChildTerminal(COLS, ROWS, 200, { answer, title: () => undefined })

/** Records a program: each input is typed once it has been quiet for a moment; answers queries as the runner does. */
const record = async (command: string, args: ReadonlyArray<string>, inputs: ReadonlyArray<string>): Promise<Buffer> => {
  const child = pty.spawn(command, [...args], {
    cols: COLS,
    rows: ROWS,
    cwd: folder,
    name: "xterm-256color",
    encoding: null,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, TERM: "xterm-256color", COLORTERM: "truecolor", LANG: "C.UTF-8" },
  })
  const chunks: Array<Buffer> = []
  const live = open((data) => child.write(data))
  const waiting = [...inputs]
  return new Promise((resolve) => {
    const type = (): void => {
      const next = waiting.shift()
      if (next === undefined) child.kill("SIGKILL")
      else {
        child.write(next)
        quiet.refresh()
      }
    }
    const quiet = setTimeout(type, 150)
    const limit = setTimeout(() => child.kill("SIGKILL"), 75_000)
    child.onData((data: string | Buffer) => {
      const bytes = Buffer.from(data)
      chunks.push(bytes)
      live.parse(bytes)
      quiet.refresh()
    })
    child.onExit(() => {
      clearTimeout(quiet)
      clearTimeout(limit)
      resolve(Buffer.concat(chunks))
    })
  })
}

const vim = ["-u", "NONE", "-c", "syntax on", "-c", "set number hlsearch t_Co=256", "code.c"]
const programs: ReadonlyArray<readonly [string, ReadonlyArray<string>, ReadonlyArray<string>]> = [
  ["vim", vim, ["\x06", "/main\r", "5dd", "ihello 日本\x1b", ":split\r", "u", "G", ":q!\r:q!\r"]],
  ["less", ["-R", "text.txt"], [" ", " ", "/word\r", "n", "G", "g", "q"]],
  [
    "tmux",
    ["-L", TMUX, "-f", "/dev/null", "new", "sh"],
    ["cat text.txt | head -50\r", "\x02%", "ls -l\r", '\x02"', "echo 日本\r", "\x02o", "\x02:kill-server\r"],
  ],
  ["top", ["-d", "0.3"], ["c", "1", "q"]],
  ["htop", [], ["\x1b[B", "t", "q"]],
  [
    "bash",
    ["--norc"],
    [
      "ls --color=always\r",
      "cat text.txt\r",
      "\x12cat",
      "\x03",
      "printf '\\e[5;10r\\e[10;1H\\n\\n\\n\\e[r'\r",
      "clear\r",
      "exit\r",
    ],
  ],
]

it.each(programs)(
  "T-6 check:T3 %s recorded in a real terminal: attaching at any point produces the same screen",
  { timeout: 180_000 },
  async (program, args, inputs) => {
    if (!isInstalled(program)) {
      console.log(`${program} is not installed: not tried`)
      return
    }
    const recording = await record(program, args, inputs)
    const random = randomFrom(recording.length)
    let cells = 0
    for (let cut = 0; cut < CUTS; cut++) {
      let at = random.below(recording.length + 1)
      while (at < recording.length && ((recording[at] ?? 0) & 0xc0) === 0x80) at++
      const full = open(() => undefined)
      full.parse(recording.subarray(0, at))
      const copy = open(() => undefined)
      copy.parse(Buffer.from(checkpointOf(full)))
      expect(`cut ${at} ${difference(full, copy)}`).toBe(`cut ${at} `)
      full.parse(recording.subarray(at))
      copy.parse(recording.subarray(at))
      expect(`after ${at} ${difference(full, copy)}`).toBe(`after ${at} `)
      cells += COLS * ROWS
    }
    console.log(`${program}: ${recording.length} bytes, ${CUTS} cuts, ${cells} cells, 0 differ`)
  },
)

/**
 * The tables of packages in ARCHITECTURE.md and CONTRIBUTING.md, made from `packages.mjs`: `npm run tables` writes them,
 * `--check` fails when they are not as that would write them.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { PACKAGES } from "./packages.mjs"
import { conclude, ROOT } from "./source-files.mjs"

const BEGIN = "<!-- Written by `npm run tables` from scripts/packages.mjs. -->"
const END = "<!-- End of what is written. -->"

const short = (folder) => folder.split("/").at(-1)
const floorText = (floors) => floors.map((floor) => floor.map((part) => `\`${part}\``).join(" ")).join(" < ")

const rows = [
  "| package | what it holds | may import |",
  "|---|---|---|",
  ...PACKAGES.map(({ folder, holds, uses, npm }) => {
    const own = uses.length === 0 ? npm : uses
    return `| \`${folder}\` | ${holds} | ${own.join(", ")} |`
  }),
  "| `testkit` | hub processes, fault proxy, simulator, model server, fixtures | any |",
  "| `bench` | measurements of speed and size beside limits and peers | any |",
  "| `scripts`, `.ci` | plain JavaScript for any Node from 18 on | none |",
]
const floors = PACKAGES.filter(({ floors: own }) => own !== undefined).map(
  ({ folder, floors: own }) => `- \`${short(folder)}\`: ${floorText(own)}`,
)
const TABLES = {
  "ARCHITECTURE.md": [
    ...rows,
    "",
    "Folders inside a package have an order too: a file may import from its own folder and from lower ones; folders on the same floor never import",
    "each other.",
    "",
    ...floors,
  ],
  "CONTRIBUTING.md": rows,
}

const problems = []
for (const [file, table] of Object.entries(TABLES)) {
  const path = join(ROOT, file)
  const text = readFileSync(path, "utf8")
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin < 0 || end < begin) {
    problems.push(`${file}: the marks of its table are missing: ${BEGIN} and ${END}`)
    continue
  }
  const wanted = `${text.slice(0, begin + BEGIN.length)}\n\n${table.join("\n")}\n\n${text.slice(end)}`
  if (wanted === text) continue
  if (process.argv.includes("--check")) problems.push(`${file}: its table is out of date; \`npm run tables\` writes it`)
  else writeFileSync(path, wanted)
}
conclude("tables", problems, `tables of ${PACKAGES.length} packages in ${Object.keys(TABLES).join(" and ")}`)

/** `holdfast files`, `changes` and `diff`: the files of a session's directory, and what changed there. */
import { type FilesApi, makeFilesApi } from "@holdfast/client/http/files-api"
import type { Change, ChangeBase, Changes, FileDiff, NoChanges } from "@holdfast/protocol/changes"
import { refused, toFailure } from "../failure.ts"
import { outputWidth, paint, print, printEither, printJson } from "../output.ts"
import { httpOptions, useHub } from "../server/hub.ts"
import { printable, printableLines } from "../text/printable.ts"
import { table } from "../text/table.ts"

async function asked<A>(question: (api: FilesApi) => Promise<A>): Promise<A> {
  const { target } = useHub()
  try {
    return await question(makeFilesApi(httpOptions(target)))
  } catch (error) {
    throw toFailure(error, target.origin)
  }
}

/** Lists the files that match, the best first. */
export async function findFiles(session: string, query: string, json: boolean): Promise<void> {
  const found = await asked((api) => api.search(session, { query }))
  printEither(json, found, () => (found.files.length === 0 ? ["no files match"] : found.files.map(({ path }) => printable(path))))
}

/** Lists the files that changed. */
export async function changes(session: string, base: ChangeBase, json: boolean): Promise<void> {
  const found = available(await asked((api) => api.changes(session, { base })))
  const width = outputWidth()
  printEither(json, found, () =>
    found.files.length === 0
      ? ["nothing changed"]
      : [
          ...table<Change>(
            [
              { title: "CHANGE", text: wordsFor },
              {
                title: "+",
                text: ({ additions }) => (additions === undefined ? "" : String(additions)),
                side: "right",
                style: () => "green",
              },
              {
                title: "-",
                text: ({ deletions }) => (deletions === undefined ? "" : String(deletions)),
                side: "right",
                style: () => "red",
              },
              { title: "FILE", text: nameFor, least: 10 },
            ],
            found.files,
            { paint, ...(width === undefined ? {} : { width }) },
          ),
          ...(found.more === 0 ? [] : [`… ${found.more} more`]),
        ],
  )
}

const wordsFor = ({ status, untracked, conflicted, binary, submodule }: Change): string =>
  [
    conflicted === true ? "conflicted" : untracked === true ? "untracked" : status,
    ...(binary === true ? ["binary"] : []),
    ...(submodule === true ? ["submodule"] : []),
  ].join(", ")

const nameFor = ({ path, from }: Change): string =>
  from === undefined ? printable(path) : `${printable(from)} → ${printable(path)}`

/** Prints the diff of one file, or of all. */
export async function diff(session: string, path: string | undefined, base: ChangeBase, json: boolean): Promise<void> {
  const { files } = available(await asked((api) => api.changes(session, { base })))
  const chosen = path === undefined ? files : files.filter((file) => file.path === path)
  if (path !== undefined && chosen.length === 0)
    throw refused("Unprocessable", `${printable(path)} did not change; \`holdfast changes\` lists the files that did`)
  const diffs: Array<FileDiff> = []
  for (const { path: file, bytes, from } of chosen) {
    const asks = { base, path: file, ...(bytes === undefined ? {} : { bytes }), ...(from === undefined ? {} : { from }) }
    const found = available(await asked((api) => api.diff(session, asks)))
    if (json) diffs.push(found)
    else print(...textFor(found))
  }
  if (json) printJson(diffs)
}

function textFor({ path, hunks, binary, cut }: FileDiff): ReadonlyArray<string> {
  const name = printable(path)
  const lines = [paint("bold", name), ...(binary ? ["a binary file, which is not shown"] : [])]
  for (const { oldStart, oldLines, newStart, newLines, section, lines: all } of hunks) {
    lines.push(paint("cyan", `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@ ${printable(section)}`.trimEnd()))
    for (const line of all) {
      const sign = line[0]
      const text = printableLines(line)
      lines.push(sign === "+" ? paint("green", text) : sign === "-" ? paint("red", text) : text)
    }
  }
  return cut ? [...lines, "… the rest is left out"] : lines
}

/** What there is, or a failure that says why there is nothing. */
function available<A extends Changes | FileDiff>(found: A | NoChanges): A {
  if (!found.available) throw refused(found.reason, found.message)
  return found
}

/** From counts of statements and of ranges of code to lines: what `coverage.mjs` reckons with. */
import { resolve } from "node:path"
import { eachMapping, TraceMap } from "@jridgewell/trace-mapping"

/** Files of a report in Istanbul's form, by path: their statements, and their lines as `{total, missed}`. */
export function linesOf(report) {
  return new Map(
    Object.values(report).map(({ path, statementMap, s }) => {
      const statements = Object.entries(statementMap).map(([id, { start }]) => ({
        line: start.line,
        column: start.column,
        ran: s[id] > 0,
      }))
      const lines = () => {
        const ran = new Map()
        for (const one of statements) ran.set(one.line, (ran.get(one.line) ?? false) || one.ran)
        const missed = [...ran].filter(([, has]) => !has).map(([line]) => line)
        return { total: ran.size, missed: missed.sort((a, b) => a - b) }
      }
      return [path, { path, statements, lines }]
    }),
  )
}

/** Where the statements of `files` are in a bundle: `{file, at, offset}` for the statement `at` of a file. */
export function offsetsIn(bundle, map, folder, files) {
  const starts = [0, ...[...bundle.matchAll(/\n/g)].map(({ index }) => index + 1)]
  const mapped = new Map()
  eachMapping(new TraceMap(map), ({ source, originalLine, originalColumn, generatedLine, generatedColumn }) => {
    if (source === null) return
    const path = resolve(folder, source)
    if (!files.has(path)) return
    const lines = mapped.get(path) ?? new Map()
    mapped.set(path, lines)
    const places = lines.get(originalLine) ?? []
    lines.set(originalLine, places)
    places.push({ column: originalColumn, offset: (starts[generatedLine - 1] ?? 0) + generatedColumn })
  })
  return [...mapped].flatMap(([path, lines]) => {
    const file = files.get(path)
    return file.statements.flatMap(({ line, column }, at) => {
      const [first] = (lines.get(line) ?? []).filter((place) => place.column >= column).sort((a, b) => a.column - b.column)
      return first === undefined ? [] : [{ file, at, offset: first.offset }]
    })
  })
}

/** Calls `found` for each of the places, sorted by offset, that V8 counted as run: what counts is the innermost range around it. */
export function ranAt(functions, places, found) {
  const ranges = functions.flatMap((one) => one.ranges).sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
  const open = []
  let next = 0
  for (const place of places) {
    while (next < ranges.length && ranges[next].startOffset <= place.offset) open.push(ranges[next++])
    while (open.length > 0 && open.at(-1).endOffset <= place.offset) open.pop()
    if ((open.findLast(({ endOffset }) => endOffset > place.offset)?.count ?? 0) > 0) found(place)
  }
}

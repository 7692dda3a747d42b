/** A change of text as a unified diff: one hunk, with what both texts begin and end with as context. */

const CONTEXT = 3

/** The hunk that turns `before` into `after`; empty when they are the same. Linear: lines between the first and the last change count as changed. */
export function lineDiff(path: string, before: string, after: string): string {
  if (before === after) return ""
  const old = before === "" ? [] : before.split("\n")
  const fresh = after === "" ? [] : after.split("\n")
  let start = 0
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start++
  let same = 0
  while (same < old.length - start && same < fresh.length - start && old.at(-1 - same) === fresh.at(-1 - same)) same++
  const first = Math.max(0, start - CONTEXT)
  const tail = old.slice(old.length - same, old.length - same + CONTEXT)
  const lines = [
    ...old.slice(first, start).map((line) => ` ${line}`),
    ...old.slice(start, old.length - same).map((line) => `-${line}`),
    ...fresh.slice(start, fresh.length - same).map((line) => `+${line}`),
    ...tail.map((line) => ` ${line}`),
  ]
  const range = (count: number, changed: number): string =>
    `${count === 0 ? 0 : first + 1},${start - first + changed + tail.length}`
  const hunk = `@@ -${range(old.length, old.length - same - start)} +${range(fresh.length, fresh.length - same - start)} @@`
  return [`--- ${path}`, `+++ ${path}`, hunk, ...lines].join("\n")
}

import { readdirSync, readFileSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { keyText } from "../src/commands/key-text.ts"

const GUIDE = fileURLToPath(new URL("../../../docs/guide/", import.meta.url))
const SOURCE = fileURLToPath(new URL("../src/", import.meta.url))

/** Most bytes of a picture, and of all. */
const PICTURE_MAX = 60 * 1024
const PICTURES_MAX = 2.5 * 1024 * 1024

const pages = readdirSync(GUIDE)
  .filter((name) => name.endsWith(".md"))
  .map((name) => ({ name, text: readFileSync(join(GUIDE, name), "utf8") }))

/** What a pattern finds in the pages, with the page. */
const found = (pattern: RegExp): ReadonlyArray<readonly [page: string, text: string]> =>
  pages.flatMap(({ name, text }) => Array.from(text.matchAll(pattern), ([, one = ""]) => [name, one] as const))

const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]

/** Keys in the sources of the app: those that commands are registered with, and those that buttons name. */
function keysOfApp(): ReadonlySet<string> {
  const lists =
    /\bkeys(?:=\{?|: |Of\()\[?((?:\s*(?:"[^"]*"|`[^`]*`)\s*,?)+)|\bone\("[^"]*", "[^"]*", \[((?:\s*"[^"]*"\s*,?)+)\]|\bofKeys\(((?:\s*"[^"]*"\s*,?)+)\)/g
  const texts = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join(SOURCE, name), "utf8"))
  const all = texts
    .flatMap((text) => Array.from(text.matchAll(lists), ([, plain, one, own]) => plain ?? one ?? own ?? ""))
    .flatMap((list) => Array.from(list.matchAll(/"([^"]*)"|`([^`]*)`/g), ([, plain, template]) => plain ?? template ?? ""))
    .flatMap((keys) => (keys.includes("${arrow}") ? ARROWS.map((arrow) => keys.replace("${arrow}", arrow)) : [keys]))
    .map((keys) => keys.replace(/\$\{(?:number|at \+ 1)\}/, "1"))
  return new Set(all.map((keys) => keyText(keys, false)))
}

describe("the guide of the app", () => {
  it("APP-4 names keys that the app has, as the app shows them", () => {
    const known = keysOfApp()
    expect(known.size).toBeGreaterThan(50)
    // What a field does with a key is no command: the last queued message, a line.
    const own = new Set(["↑", "⇧↵", "Ctrl ↵", "Ctrl"])
    expect(found(/<kbd>([^<]+)<\/kbd>/g).filter(([, keys]) => !known.has(keys) && !own.has(keys))).toEqual([])
  })

  it("APP-3 has every picture that it names, each small and with words, and no other", () => {
    const named = found(/!\[[^\]]{10,}\]\(pictures\/([^)]+)\)/g).map(([, name]) => name)
    expect(found(/!\[[^\]]*\]\(([^)]+)\)/g)).toHaveLength(named.length)
    const there = readdirSync(join(GUIDE, "pictures"))
    expect(there.toSorted()).toEqual([...new Set(named)].toSorted())
    const sizes = there.map((name) => statSync(join(GUIDE, "pictures", name)).size)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(PICTURE_MAX)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(PICTURES_MAX)
  })

  it("APP-10 leads from page to page", () => {
    const links = found(/(?<!!)\[[^\]]+\]\(([^)#]+\.md)\)/g)
    expect(links.length).toBeGreaterThan(10)
    const isThere = (name: string): boolean => statSync(join(GUIDE, name), { throwIfNoEntry: false }) !== undefined
    expect(links.filter(([, name]) => dirname(name) === "." && !isThere(name))).toEqual([])
  })
})

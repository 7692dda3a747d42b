/** Marks the words that were found, where the browser can mark ranges without changing the page. */
import { folded } from "./search.ts"

const NAME = "holdfast-found"
const MOST = 500

/** Marks the words in what an element shows; without words nothing is marked. */
export function markWords(root: HTMLElement | null, query: string): void {
  const { CSS: css } = globalThis as { readonly CSS?: { readonly highlights?: Map<string, unknown> } }
  const Highlighter = (globalThis as { readonly Highlight?: new (...ranges: ReadonlyArray<Range>) => unknown }).Highlight
  if (css?.highlights === undefined || Highlighter === undefined) return
  const wanted = folded(query.trim())
  const ranges: Array<Range> = []
  if (root !== null && wanted !== "") {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null && ranges.length < MOST; node = walker.nextNode()) {
      const text = folded(node.textContent ?? "")
      // A text whose length changes when it is folded has other places.
      if (text.length !== node.textContent?.length) continue
      for (let at = text.indexOf(wanted); at !== -1 && ranges.length < MOST; at = text.indexOf(wanted, at + wanted.length)) {
        const range = document.createRange()
        range.setStart(node, at)
        range.setEnd(node, at + wanted.length)
        ranges.push(range)
      }
    }
  }
  if (ranges.length === 0) css.highlights.delete(NAME)
  else css.highlights.set(NAME, new Highlighter(...ranges))
}

/** What is looked at on every page: nothing is wider than its place, and nothing is out of reach for those who do not see it. */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { CUTS } from "./cut-text.ts"
import type { Page } from "./playwright.ts"

/** Elements that hold one line, and have to cut what is too long. */
const LINES = "header,footer,li,button,[data-row],[role=option],[role=menuitem],[role=tab],h2,h3"

const OVERFLOWS = `(() => {
  const found = []
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page is " + document.documentElement.scrollWidth + " px wide")
  for (const element of document.querySelectorAll(${JSON.stringify(LINES)})) {
    const { overflowX, textOverflow, position } = getComputedStyle(element)
    if (element.closest("[data-hidden],.visually-hidden,[hidden]") || textOverflow === "ellipsis" || /auto|scroll/.test(overflowX)) continue
    if (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
      found.push(element.tagName + " " + (element.getAttribute("aria-label") ?? element.textContent ?? "").slice(0, 60) + ": " +
        element.scrollWidth + " in " + element.clientWidth + " " + position)
  }
  return found
})()`

/** What is wider than its place, and text that is cut off. */
export async function overflowsOf(page: Page): Promise<ReadonlyArray<string>> {
  const wide = (await page.evaluate(OVERFLOWS)) as ReadonlyArray<string>
  return [...wide, ...((await page.evaluate(CUTS)) as ReadonlyArray<string>)]
}

const TARGETS = "a[href],button,input,select,textarea,[role=tab],[role=option],[role=menuitem],[role=switch]"

/**
 * Targets that are lower than a thumb needs. Links in prose are as high as their line; what is in a label or in a row of the list is as
 * high as that.
 */
const SMALL = `(() => {
  const found = []
  for (const element of document.querySelectorAll(${JSON.stringify(TARGETS)})) {
    if (element.closest("[inert],[hidden],.visually-hidden,p,[data-hidden],[data-choose]") || !element.checkVisibility({ visibilityProperty: true })) continue
    const { width } = element.getBoundingClientRect()
    const places = [element, element.closest("label") ?? element, element.closest("[data-row]")?.closest("li,article,[class*=row]") ?? element]
    const height = Math.max(...places.map((place) => place.getBoundingClientRect().height))
    if (width === 0 || height >= 43.5) continue
    found.push(element.tagName + " " + (element.getAttribute("aria-label") ?? element.textContent ?? "").slice(0, 40) + ": " +
      Math.round(width) + " x " + Math.round(height))
  }
  return found
})()`

/** What is touched and is lower than 44 pixels. */
export async function smallTargets(page: Page): Promise<ReadonlyArray<string>> {
  return (await page.evaluate(SMALL)) as ReadonlyArray<string>
}

interface Finding {
  readonly id: string
  readonly impact: string
  readonly help: string
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary?: string }>
}

/** What axe calls serious or critical. */
export async function axeFindings(page: Page): Promise<ReadonlyArray<string>> {
  const require = createRequire(new URL("../heavy/package.json", import.meta.url))
  // As a script of its own it would break the policy; the browser's own protocol does not.
  await page.evaluate(`${readFileSync(require.resolve("axe-core/axe.min.js"), "utf8")};undefined`)
  const found = (await page.evaluate(
    `axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations)`,
  )) as ReadonlyArray<Finding>
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, help, nodes }) =>
        `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html.slice(0, 200)} ${failureSummary ?? ""}`).join("\n")}`,
    )
}

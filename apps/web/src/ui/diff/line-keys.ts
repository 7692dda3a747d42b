/** The keys of a diff whose lines can be acted on: Enter goes to the first line in view, arrows from line to line, Escape back. */
import type { KeyboardEvent } from "react"

const NUMBER = "button[data-number]"

/** Handles a key press in a diff. */
export function moveAmongLines(event: KeyboardEvent<HTMLElement>): void {
  const { currentTarget: diff, key, target } = event
  if (event.altKey || event.ctrlKey || event.metaKey || !(target instanceof HTMLElement)) return
  const numbers = [...diff.querySelectorAll<HTMLElement>(NUMBER)]
  const at = numbers.indexOf(target)
  const next =
    at < 0 ? (target === diff && key === "Enter" ? firstInView(diff, numbers) : undefined) : stepFrom(diff, numbers, at, key)
  if (next === undefined) return
  event.preventDefault()
  next.focus({ preventScroll: true })
  if (next !== diff) next.scrollIntoView({ block: "nearest" })
}

/** Leads into the lines of a diff from what is around it. */
export function toFirstLine(event: KeyboardEvent<HTMLElement>): void {
  const { currentTarget, key, target } = event
  if (target !== currentTarget || (key !== "ArrowDown" && key !== "Enter")) return
  const first = firstInView(currentTarget, [...currentTarget.querySelectorAll<HTMLElement>(NUMBER)])
  if (first === undefined) return
  event.preventDefault()
  first.focus({ preventScroll: true })
  first.scrollIntoView({ block: "nearest" })
}

function firstInView(diff: HTMLElement, numbers: ReadonlyArray<HTMLElement>): HTMLElement | undefined {
  const { top } = diff.getBoundingClientRect()
  return numbers.find((number) => number.getBoundingClientRect().top >= top)
}

function stepFrom(diff: HTMLElement, numbers: ReadonlyArray<HTMLElement>, at: number, key: string): HTMLElement | undefined {
  if (key === "ArrowDown") return numbers[at + 1] ?? numbers[at]
  if (key === "ArrowUp") return numbers[at - 1] ?? numbers[at]
  return key === "Escape" ? diff : undefined
}

/** What waits in one line, for the palette and for who hears the page. */
import { askedOf, headingOf, lineOf } from "./asked.ts"
import type { Waiting } from "./waiting.ts"

/** What is asked, and by whom. */
export function waitingTitle({ label, request, program, untrusted }: Waiting): string {
  if (untrusted !== undefined) return `Answer ${label}: Trust this directory? ${untrusted.directory}`
  if (request === undefined) return `Answer ${label}: ${program?.message ?? "it waits in its terminal"}`
  return `Answer ${label}: ${headingOf(request, askedOf(request, undefined))} ${lineOf(request)}`
}

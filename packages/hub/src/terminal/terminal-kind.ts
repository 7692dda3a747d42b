/** Sessions of kind `terminal`. */
import type { KindContext } from "../child/KindContext.ts"
import type { SessionKind } from "../session/SessionKind.ts"
import { planTerminal } from "./create-terminal.ts"
import { TerminalPart } from "./TerminalPart.ts"

/** Makes the kind. */
export function terminalKind(context: KindContext): SessionKind<TerminalPart> {
  return {
    name: "terminal",
    make: (session) => new TerminalPart(session, context),
    create: (request, by, planned) => planTerminal(context, request, by, planned),
  }
}

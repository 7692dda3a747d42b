/** Colours of a viewer's terminal, reported when it attaches (docs/protocol/rules.md, T-20). */
import * as Schema from "effect/Schema"

const Color = Schema.String.check(Schema.isPattern(/^#[\da-f]{6}$/))

/** Text and background, each as `#rrggbb`. */
export const TerminalColors = Schema.Struct({ foreground: Color, background: Color })
export type TerminalColors = typeof TerminalColors.Type

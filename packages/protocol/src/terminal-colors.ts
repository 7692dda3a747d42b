/** Colours of a viewer's terminal, reported when it attaches (docs/protocol/rules.md, T-20). */
import * as Schema from "effect/Schema"
import { matching } from "./text.ts"

const Color = Schema.String.check(matching(/^#[\da-f]{6}$/, "a color is # and six hexadecimal digits in lower case"))

/** Text and background, each as `#rrggbb`. */
export const TerminalColors = Schema.Struct({ foreground: Color, background: Color })
export type TerminalColors = typeof TerminalColors.Type

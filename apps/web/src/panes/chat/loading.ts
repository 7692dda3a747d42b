/** Loading of what the chat does not show first. */
import { loadPart } from "../../app/part.ts"

/** The rest of the chat; asked for at once, so that it comes beside the first transcript. */
export const rest = loadPart(() => import("./rest.ts"))

/** Menus and popovers that are open, which the first picture does without. */
import { Later } from "./later.ts"

/** The parts, once they are here. */
export const over = new Later(() => import("./open-over.ts"))

/** Whether diffs stand side by side where there is room, as this browser's person likes it. */
import { Preference, yesOrNo } from "../../app/preferences.ts"

/** False: always under each other. */
export const sideBySideWanted = new Preference("diff-sides", true, yesOrNo)

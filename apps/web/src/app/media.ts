/** How much room there is: the three forms of the page. */
import { useSyncExternalStore } from "react"

/** `wide`: any number of panes side by side. `narrow`: two. `phone`: one thing at a time, also where the phone lies on its side. */
export type Form = "wide" | "narrow" | "phone"

/** As in the style sheets. A tablet with its keyboard open is wider, or higher. */
const PHONE = "(max-width: 759px), (max-width: 959px) and (max-height: 499px) and (pointer: coarse)"
const NARROW = "(max-width: 1279px)"

const queries = (): ReadonlyArray<MediaQueryList> => [matchMedia(PHONE), matchMedia(NARROW)]

function subscribe(listener: () => void): () => void {
  const all = queries()
  for (const query of all) query.addEventListener("change", listener)
  return () => {
    for (const query of all) query.removeEventListener("change", listener)
  }
}

/** The form of the page now. */
export function formNow(): Form {
  const [phone, narrow] = queries()
  return phone?.matches === true ? "phone" : narrow?.matches === true ? "narrow" : "wide"
}

/** The form of the page, as it changes. */
export function useForm(): Form {
  return useSyncExternalStore(subscribe, formNow)
}

/** Whether the page is as narrow as a phone, as it changes. */
export function usePhone(): boolean {
  return useForm() === "phone"
}

/** Whether fingers do what a pointer does elsewhere: there is no keyboard but the one on the screen, as far as one can know. */
export function isTouched(): boolean {
  return globalThis.matchMedia?.("(pointer: coarse)").matches === true
}

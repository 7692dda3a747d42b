/** The text of a plan. */
import { Written } from "./Written.tsx"

/** Shows a plan as it was written. */
export default function PlanText({ text }: { readonly text: string }) {
  return <Written text={text} />
}

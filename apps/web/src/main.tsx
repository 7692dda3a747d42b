/** The entry of the app. */
import { createRoot } from "react-dom/client"
import "./styles/tokens.css"
import "./styles/fonts.css"
import "./styles/base.css"
import { App } from "./app/App.tsx"
import { followLooks } from "./app/theme.ts"

followLooks()
const root = document.getElementById("root")
if (root === null) throw new Error("the page has no element for the app")
createRoot(root).render(<App />)

/** One connection and one model for the page; components subscribe to the model's cells. */
import { connect } from "@holdfast/client"
import { HubModel } from "@holdfast/client/model"
import { mount } from "svelte"
import App from "./App.svelte"

const client = connect("", { name: "svelte", ...(HOLDFAST_TOKEN === undefined ? {} : { token: HOLDFAST_TOKEN }) })
const model = new HubModel(client)
model.hold()

mount(App, { target: document.getElementById("app") ?? document.body, props: { client, model } })

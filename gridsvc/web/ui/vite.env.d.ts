/// <reference types="vite/client" />

/** Which build this is; the server keeps it beside the device. */
declare const __BUILD__: string

/** The phone: a headless client for the app that is signed in, and a camera for a page. */
export { type Camera, CameraError, type CameraErrorCode, type CameraOptions, openCamera } from './phone/camera.ts'
export { createPhone, type Phone, type PhoneOptions, type Prompt } from './phone/client.ts'
export { PhoneError, type PhoneErrorCode, phoneErrorCode } from './phone/error.ts'

// Package acceptance holds no code, only the tests that run the built binary
// as a user would: against a real Mosquitto with real clients, a webhook
// receiver and a server that keeps Twilio's HTTP contract. Each test reads as a
// timeline.
package acceptance

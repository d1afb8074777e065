"""The messengers at the door: WhatsApp and SMS through Twilio, Telegram, Facebook Messenger, Slack.

What each provider sends is verified and read, what it is sent is rendered and delivered. No routes of the web, no Rasa.
"""

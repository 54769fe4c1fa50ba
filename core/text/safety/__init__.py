"""The safety of text: secrets, personal data, links, injected instructions, false claims."""

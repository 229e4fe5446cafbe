from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "reflections.keys"
    label = "writing_keys"

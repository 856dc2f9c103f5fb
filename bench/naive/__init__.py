"""The same list as one would write it first: flask-smorest's decorators, marshmallow schemas, peewee models."""

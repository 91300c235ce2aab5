"""The one implementation of `storage.repository.Repository`, on SQLAlchemy Core."""

"""Any API that an OpenAPI document describes: its operations are asked for in words."""

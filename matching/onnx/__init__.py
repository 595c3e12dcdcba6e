"""A checkpoint as ONNX: exported, tried beside torch in processes of its own, and measured."""

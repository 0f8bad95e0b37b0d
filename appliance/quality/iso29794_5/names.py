"""The components' names as the standard's reference, OFIQ, writes them, in its order."""

from __future__ import annotations

from typing import Final

UNIFIED_QUALITY_SCORE: Final = "UnifiedQualityScore"
BACKGROUND_UNIFORMITY: Final = "BackgroundUniformity"
ILLUMINATION_UNIFORMITY: Final = "IlluminationUniformity"
LUMINANCE_MEAN: Final = "LuminanceMean"
LUMINANCE_VARIANCE: Final = "LuminanceVariance"
UNDER_EXPOSURE: Final = "UnderExposurePrevention"
OVER_EXPOSURE: Final = "OverExposurePrevention"
DYNAMIC_RANGE: Final = "DynamicRange"
SHARPNESS: Final = "Sharpness"
COMPRESSION_ARTIFACTS: Final = "CompressionArtifacts"
NATURAL_COLOUR: Final = "NaturalColour"
SINGLE_FACE: Final = "SingleFacePresent"
EYES_OPEN: Final = "EyesOpen"
MOUTH_CLOSED: Final = "MouthClosed"
EYES_VISIBLE: Final = "EyesVisible"
MOUTH_OCCLUSION: Final = "MouthOcclusionPrevention"
FACE_OCCLUSION: Final = "FaceOcclusionPrevention"
INTER_EYE_DISTANCE: Final = "InterEyeDistance"
HEAD_SIZE: Final = "HeadSize"
LEFTWARD_CROP: Final = "LeftwardCropOfTheFaceImage"
RIGHTWARD_CROP: Final = "RightwardCropOfTheFaceImage"
MARGIN_ABOVE: Final = "MarginAboveOfTheFaceImage"
MARGIN_BELOW: Final = "MarginBelowOfTheFaceImage"
HEAD_POSE_YAW: Final = "HeadPoseYaw"
HEAD_POSE_PITCH: Final = "HeadPosePitch"
HEAD_POSE_ROLL: Final = "HeadPoseRoll"
EXPRESSION_NEUTRALITY: Final = "ExpressionNeutrality"
NO_HEAD_COVERINGS: Final = "NoHeadCoverings"

COMPONENTS: Final = (
    UNIFIED_QUALITY_SCORE,
    BACKGROUND_UNIFORMITY,
    ILLUMINATION_UNIFORMITY,
    LUMINANCE_MEAN,
    LUMINANCE_VARIANCE,
    UNDER_EXPOSURE,
    OVER_EXPOSURE,
    DYNAMIC_RANGE,
    SHARPNESS,
    COMPRESSION_ARTIFACTS,
    NATURAL_COLOUR,
    SINGLE_FACE,
    EYES_OPEN,
    MOUTH_CLOSED,
    EYES_VISIBLE,
    MOUTH_OCCLUSION,
    FACE_OCCLUSION,
    INTER_EYE_DISTANCE,
    HEAD_SIZE,
    LEFTWARD_CROP,
    RIGHTWARD_CROP,
    MARGIN_ABOVE,
    MARGIN_BELOW,
    HEAD_POSE_YAW,
    HEAD_POSE_PITCH,
    HEAD_POSE_ROLL,
    EXPRESSION_NEUTRALITY,
    NO_HEAD_COVERINGS,
)
"""The 28."""

MODEL_FREE: Final = (
    ILLUMINATION_UNIFORMITY,
    LUMINANCE_MEAN,
    LUMINANCE_VARIANCE,
    UNDER_EXPOSURE,
    OVER_EXPOSURE,
    DYNAMIC_RANGE,
    NATURAL_COLOUR,
    SINGLE_FACE,
    EYES_OPEN,
    MOUTH_CLOSED,
    INTER_EYE_DISTANCE,
    HEAD_SIZE,
    LEFTWARD_CROP,
    RIGHTWARD_CROP,
    MARGIN_ABOVE,
    MARGIN_BELOW,
)
"""The 16 that follow from an image and its landmarks alone, and the yaw angle where it is known."""

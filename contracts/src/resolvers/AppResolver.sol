// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IResolver } from "../interfaces/IResolver.sol";
import { AppOutcome } from "./AppOutcome.sol";
import { AppStates } from "./AppStates.sol";
import { DeadlineId } from "./DeadlineId.sol";
import { AppTerms, IAppResolver, Stake } from "./IAppResolver.sol";
import {
    FixedPart,
    IForceMoveApp,
    RecoveredVariablePart,
    Signature,
    SignedVariablePart,
    VariablePart
} from "./IForceMoveApp.sol";

/// @title AppResolver
/// @notice See IAppResolver.
/// @dev Nothing here moves money, and apps are called by staticcall only: there is nothing to re-enter.
contract AppResolver is IAppResolver {
    uint256 private constant BOTH = 3;

    /// @dev One slot. `finalAt` is zero as long as nothing was shown.
    /// @param turnNum Turn of the newest state shown.
    /// @param finalAt From this timestamp on its outcome is final.
    /// @param challenged Whether it was put up for an answer.
    /// @param loser The side that pays by it.
    /// @param amount What that side pays.
    struct Shown {
        uint48 turnNum;
        uint64 finalAt;
        bool challenged;
        uint8 loser;
        uint128 amount;
    }

    mapping(bytes32 id => Shown) private shownOf;

    /// @inheritdoc IAppResolver
    function challenge(
        AppTerms calldata terms,
        SignedVariablePart[] calldata proof,
        SignedVariablePart calldata candidate,
        Signature calldata challengerSignature
    ) external {
        bytes32 id = requireAlive(terms);
        Shown memory last = shownOf[id];
        uint48 turnNum = candidate.variablePart.turnNum;
        bool isLate = DeadlineId.isOver(id);
        // what was checkpointed may be put up itself, but past the deadline there is no time to answer another state of its turn
        bool mayRepeat = !last.challenged && !isLate;
        if (mayRepeat ? turnNum < last.turnNum : turnNum <= last.turnNum) revert StaleTurn(id, last.turnNum, turnNum);
        requireSupported(terms, id, proof, candidate);
        requireChallenger(terms.fixedPart, id, candidate.variablePart, challengerSignature);
        Shown memory next = shownBy(terms, id, candidate.variablePart);
        next.challenged = true;
        next.finalAt = isLate ? last.finalAt : answerableUntil(terms.fixedPart);
        shownOf[id] = next;
        emit ChallengeRegistered(id, turnNum, next.finalAt, next.loser, next.amount, proof, candidate);
    }

    /// @inheritdoc IAppResolver
    function checkpoint(
        AppTerms calldata terms,
        SignedVariablePart[] calldata proof,
        SignedVariablePart calldata candidate
    ) external {
        bytes32 id = requireAlive(terms);
        Shown memory last = shownOf[id];
        uint48 turnNum = candidate.variablePart.turnNum;
        if (turnNum <= last.turnNum) revert StaleTurn(id, last.turnNum, turnNum);
        requireSupported(terms, id, proof, candidate);
        Shown memory next = shownBy(terms, id, candidate.variablePart);
        next.finalAt = DeadlineId.isOver(id) ? last.finalAt : openUntil(terms);
        shownOf[id] = next;
        emit Checkpointed(id, turnNum, next.finalAt, next.loser, next.amount);
    }

    /// @inheritdoc IAppResolver
    function conclude(AppTerms calldata terms, SignedVariablePart calldata candidate) external {
        bytes32 id = requireAlive(terms);
        VariablePart calldata part = candidate.variablePart;
        if (!part.isFinal) revert NotLastState(id, part.turnNum);
        RecoveredVariablePart memory recovered =
            AppStates.recover(terms.fixedPart, AppStates.channelIdOf(terms.fixedPart), candidate);
        if (recovered.signedBy != BOTH) revert NotUnanimous(id, recovered.signedBy);
        Shown memory next = shownBy(terms, id, part);
        next.finalAt = uint64(block.timestamp);
        shownOf[id] = next;
        emit Concluded(id, next.turnNum, next.finalAt, next.loser, next.amount);
    }

    /// @inheritdoc IResolver
    function payout(bytes32 id, uint8 side) external view returns (bool isFinal, uint128 amount) {
        Shown memory shown = shownOf[id];
        isFinal = isOver(id, shown);
        if (isFinal && side == shown.loser) amount = shown.amount;
    }

    /// @inheritdoc IAppResolver
    function stateOf(bytes32 id) external view returns (uint48 turnNum, uint64 finalAt, uint8 loser, uint128 amount) {
        Shown memory shown = shownOf[id];
        finalAt = shown.finalAt == 0 ? uint64(DeadlineId.deadlineOf(id)) + 1 : shown.finalAt;
        return (shown.turnNum, finalAt, shown.loser, shown.amount);
    }

    /// @inheritdoc IAppResolver
    function idOf(AppTerms calldata terms) public pure returns (bytes32) {
        return DeadlineId.make(terms.deadline, keccak256(abi.encode(terms)));
    }

    /// @inheritdoc IAppResolver
    function channelNonce(address asset, Stake calldata stake0, Stake calldata stake1, uint40 deadline)
        public
        view
        returns (uint64)
    {
        return uint64(uint256(keccak256(abi.encode(block.chainid, address(this), asset, stake0, stake1, deadline))));
    }

    function isOver(bytes32 id, Shown memory shown) private view returns (bool) {
        return shown.finalAt == 0 ? DeadlineId.isOver(id) : block.timestamp >= shown.finalAt;
    }

    function requireAlive(AppTerms calldata terms) private view returns (bytes32 id) {
        requireTerms(terms);
        id = idOf(terms);
        if (isOver(id, shownOf[id])) revert AppFinal(id);
    }

    function requireTerms(AppTerms calldata terms) private view {
        FixedPart calldata fixedPart = terms.fixedPart;
        address[] calldata players = fixedPart.participants;
        if (
            players.length != 2 || players[0] == players[1]
                || uint256(terms.stake0.amount) + terms.stake1.amount > type(uint128).max
        ) revert BadTerms();
        uint64 expected = channelNonce(terms.asset, terms.stake0, terms.stake1, terms.deadline);
        if (fixedPart.channelNonce != expected) revert WrongNonce(expected, fixedPart.channelNonce);
    }

    function requireSupported(
        AppTerms calldata terms,
        bytes32 id,
        SignedVariablePart[] calldata proof,
        SignedVariablePart calldata candidate
    ) private view {
        FixedPart calldata fixedPart = terms.fixedPart;
        bytes32 channelId = AppStates.channelIdOf(fixedPart);
        (bool isSupported, string memory reason) = IForceMoveApp(fixedPart.appDefinition)
            .stateIsSupported(
                fixedPart,
                AppStates.recover(fixedPart, channelId, proof),
                AppStates.recover(fixedPart, channelId, candidate)
            );
        if (!isSupported) revert NotSupported(id, reason);
    }

    // A challenge makes the other answer or lose: only who plays may ask for that.
    function requireChallenger(
        FixedPart calldata fixedPart,
        bytes32 id,
        VariablePart calldata part,
        Signature calldata signature
    ) private pure {
        bytes32 stateHash = AppStates.hashOf(AppStates.channelIdOf(fixedPart), part);
        address challenger = AppStates.signerOf(AppStates.challengeHashOf(stateHash), signature);
        if (AppStates.bitOf(fixedPart.participants, challenger) == 0) revert NotParticipant(id, challenger);
    }

    function shownBy(AppTerms calldata terms, bytes32 id, VariablePart calldata part)
        private
        pure
        returns (Shown memory shown)
    {
        bool isPlain;
        (isPlain, shown.loser, shown.amount) = AppOutcome.lossOf(terms, part.outcome);
        if (!isPlain) revert BadOutcome(id);
        shown.turnNum = part.turnNum;
    }

    function answerableUntil(FixedPart calldata fixedPart) private view returns (uint64) {
        return uint64(block.timestamp) + fixedPart.challengeDuration;
    }

    // Without a challenge an app stays open until its deadline; what is shown just before that can still be answered.
    function openUntil(AppTerms calldata terms) private view returns (uint64) {
        uint64 end = answerableUntil(terms.fixedPart);
        uint64 afterDeadline = uint64(terms.deadline) + 1;
        return end > afterDeadline ? end : afterDeadline;
    }
}
